import { createRequire } from 'node:module';
import type * as ClassValidator from 'class-validator';

/*
 * The decorators of class-validator that settings have. Its index loads all of them, with telephone numbers and the
 * alphabets of the world in 300 files: a third of what a command loads.
 */

type Rules = typeof ClassValidator;

const require = createRequire(import.meta.url);
const load = (file: string): unknown => require(`class-validator/cjs/${file}.js`);
const rule = <N extends keyof Rules>(folder: string, name: N): Rules[N] =>
  (load(`decorator/${folder}/${name}`) as Rules)[name];

export const ArrayUnique = rule('array', 'ArrayUnique');
export const IsArray = rule('typechecker', 'IsArray');
export const IsBoolean = rule('typechecker', 'IsBoolean');
export const IsIn = rule('common', 'IsIn');
export const IsInt = rule('typechecker', 'IsInt');
export const IsNotEmpty = rule('common', 'IsNotEmpty');
export const IsString = rule('typechecker', 'IsString');
export const Matches = rule('string', 'Matches');
export const Max = rule('number', 'Max');
export const Min = rule('number', 'Min');
export const NotEquals = rule('common', 'NotEquals');
export const ValidateNested = rule('common', 'ValidateNested');

const { Validator } = load('validation/Validator') as Pick<Rules, 'Validator'>;

/** What is wrong with the properties of an object, by their decorators. */
export function brokenRules(settings: object): ClassValidator.ValidationError[] {
  return new Validator().validateSync(settings, { forbidUnknownValues: true });
}
