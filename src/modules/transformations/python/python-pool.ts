import { createServer, type Server } from 'node:net';
import { createChannelAddress, removeChannelAddress } from '../../../common/channel/channel-address.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { PythonDefinition } from './python-definition.js';
import type { PythonFrame } from './python-frame.codec.js';
import { type LauncherOptions, PythonLauncher } from './python-launcher.js';
import { PythonProcess, PythonTooSlow } from './python-process.js';
import type { PythonRequest } from './python-request.js';

/** Computations that wait for a process, per process; more are refused at once. */
const WAITING_PER_PROCESS = 64;

export interface PythonPoolOptions extends LauncherOptions {
  readonly timeoutMs: number;
  readonly startLimitMs: number;
  readonly artifacts: PythonArtifactRules;
}

export interface PythonArtifactRules {
  /** Nothing is computed in a process whose static artifacts cannot be loaded. */
  readonly strict: boolean;
  /** What came of them in the process that began last: why they cannot be loaded, undefined when they are. */
  readonly onLoaded: (problem: string | undefined) => void;
}

/** What came of loading definitions. */
export interface LoadOutcome {
  /** Key → why it cannot be computed. */
  readonly problems: ReadonlyMap<string, string>;
  /** Why no process has loaded anything yet; undefined when one has. */
  readonly unavailable: string | undefined;
}

/** One computation. */
export interface PythonTask {
  readonly viewName: string;
  readonly definition: PythonDefinition;
  readonly request: PythonRequest;
}

interface Job extends PythonTask {
  readonly resolve: (frame: PythonFrame) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
  /** A process has ended that was computing it: once that may have been no fault of the function. */
  isRepeated: boolean;
}

/** The Python processes of this process. */
export class PythonPool {
  private readonly launcher: PythonLauncher;
  private readonly processes = new Set<PythonProcess>();
  private readonly idle = new Set<PythonProcess>();
  private readonly waiting = new Set<Job>();
  private readonly problems = new Map<string, string>();
  private definitions: readonly PythonDefinition[] = [];
  private kept: readonly string[] = [];
  private server: Server | undefined;
  private address = '';
  private isArtifactProblemTold = false;
  /** Whoever waits for the present definitions to be loaded. */
  private loads: ((unavailable: string | undefined) => void)[] = [];
  private failure: string | undefined;

  constructor(private readonly options: PythonPoolOptions) {
    this.launcher = new PythonLauncher(options, (reason) => this.fail(reason));
  }

  /** Resolves when a process has loaded them, or when it is plain that none can at the moment. Never fails. */
  async load(definitions: readonly PythonDefinition[]): Promise<LoadOutcome> {
    // Requests under way may still want those of the registry before.
    this.kept = [...this.definitions, ...definitions].map(({ key }) => key);
    this.definitions = definitions;
    return { problems: this.problems, unavailable: await this.begun() };
  }

  /** Resolves when a process has loaded what there is to load: undefined, or why none can at the moment. Never fails. */
  async begun(): Promise<string | undefined> {
    // It is tried again and again, which a registry does not wait for.
    if (this.failure !== undefined && this.processes.size === 0) return this.failure;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.loads.push(resolve);
    const timer = setTimeout(
      () => this.fail(`it was not ready within ${this.options.startLimitMs / 1000} s`),
      this.options.startLimitMs,
    );
    if (this.server === undefined) this.listen();
    for (const process of this.idle) void this.makeReady(process);
    const unavailable = await promise;
    clearTimeout(timer);
    return unavailable;
  }

  /** Errors: UnavailableError when no process has an answer in time. */
  run(task: PythonTask, deadline: Deadline): Promise<PythonFrame> {
    const { viewName } = task;
    const { promise, resolve, reject } = Promise.withResolvers<PythonFrame>();
    const most = WAITING_PER_PROCESS * this.options.processes;
    if (this.waiting.size >= most) {
      reject(unavailable(viewName, `${most} computations wait for Python already (python.processes)`));
      return promise;
    }
    const limitMs = deadline.remainingMs();
    const timer = setTimeout(() => {
      const wasWaiting = this.waiting.delete(job);
      const why =
        this.processes.size === 0
          ? `Python is not running: ${this.failure ?? 'it has not begun yet'}`
          : 'Python was not free in time';
      reject(
        unavailable(viewName, wasWaiting ? why : `Python had no result within ${Math.round(limitMs)} ms`),
      );
    }, limitMs);
    const job: Job = { ...task, resolve, reject, timer, isRepeated: false };
    this.waiting.add(job);
    this.dispatch();
    return promise;
  }

  async close(): Promise<void> {
    this.launcher.close();
    for (const process of this.processes) process.kill();
    this.server?.close();
    if (this.address !== '') removeChannelAddress(this.address);
  }

  private listen(): void {
    this.server = createServer((socket) => {
      const process: PythonProcess = new PythonProcess(socket, {
        onHello: () => void this.begin(process),
        onEnded: () => {
          this.processes.delete(process);
          this.idle.delete(process);
        },
      });
      this.processes.add(process);
    });
    this.server.unref();
    this.server.on('error', (error) => this.fail(error.message));
    this.address = createChannelAddress();
    this.server.listen(this.address, () => this.launcher.start(this.address));
  }

  private async begin(process: PythonProcess): Promise<void> {
    try {
      const { header } = await process.ask('"op":"start"', [], this.options.startLimitMs);
      this.noteArtifacts(header['problem']);
    } catch (error) {
      this.fail(`the static artifacts of Python cannot be loaded: ${reasonOf(error)}`);
      process.kill();
      return;
    }
    await this.makeReady(process);
  }

  /** Errors: an Error when nothing is to be computed without them. */
  private noteArtifacts(problem: unknown): void {
    const { strict, onLoaded } = this.options.artifacts;
    onLoaded(typeof problem === 'string' ? problem : undefined);
    if (typeof problem !== 'string') return;
    if (strict) throw new Error(problem);
    if (this.isArtifactProblemTold) return;
    this.isArtifactProblemTold = true;
    this.options.log.warn(
      `the static artifacts of Python cannot be loaded: ${problem}; computing without them`,
    );
  }

  /** Loads what the process lacks, and gives it work. */
  private async makeReady(process: PythonProcess): Promise<void> {
    this.idle.delete(process);
    try {
      for (let missing = this.missing(process); missing.length > 0; missing = this.missing(process)) {
        await this.loadInto(process, missing);
      }
    } catch (error) {
      this.fail(`the functions cannot be loaded: ${reasonOf(error)}`);
      process.kill();
      return;
    }
    if (!this.processes.has(process)) return;
    this.loaded(undefined);
    this.idle.add(process);
    this.dispatch();
  }

  private missing({ loaded }: PythonProcess): readonly PythonDefinition[] {
    return this.definitions.filter(({ key }) => !loaded.has(key));
  }

  private async loadInto(process: PythonProcess, missing: readonly PythonDefinition[]): Promise<void> {
    const views = missing.map(({ key, bytes }) => [key, bytes.length]);
    const keep = [...this.kept, ...missing.map(({ key }) => key)];
    const members = `"op":"load","views":${JSON.stringify(views)},"keep":${JSON.stringify(keep)}`;
    const { header } = await process.ask(
      members,
      missing.map(({ bytes }) => bytes),
      this.options.startLimitMs,
    );
    process.has(keep, missing);
    for (const [key, problem] of Object.entries(header['problems'] as Record<string, string>)) {
      this.problems.set(key, problem);
    }
  }

  private dispatch(): void {
    for (const job of this.waiting) {
      const [process] = this.idle;
      if (!process) return;
      this.idle.delete(process);
      this.waiting.delete(job);
      void this.compute(process, job);
    }
  }

  private async compute(process: PythonProcess, job: Job): Promise<void> {
    try {
      const { definition } = job;
      // Of an earlier version of a view, or of a registry before the last one.
      if (!process.loaded.has(definition.key)) await this.loadInto(process, [definition]);
      const members = `"view":${JSON.stringify(definition.key)},${job.request.members}`;
      const frame = await process.ask(members, job.request.payload, this.options.timeoutMs);
      clearTimeout(job.timer);
      job.resolve(frame);
      void this.makeReady(process);
    } catch (error) {
      this.failed(job, error);
    }
  }

  private failed(job: Job, error: unknown): void {
    const isSlow = error instanceof PythonTooSlow;
    const why = isSlow
      ? `no result within ${this.options.timeoutMs} ms (python.timeout_ms)`
      : reasonOf(error);
    this.options.log.warn(`a Python process was computing ${job.viewName} and is replaced: ${why}`);
    if (!isSlow && !job.isRepeated) {
      job.isRepeated = true;
      this.waiting.add(job);
      this.dispatch();
      return;
    }
    clearTimeout(job.timer);
    job.reject(unavailable(job.viewName, `its Python function: ${why}`));
  }

  private fail(reason: string): void {
    this.failure = reason;
    this.loaded(reason);
  }

  private loaded(unavailableFor: string | undefined): void {
    for (const resolve of this.loads.splice(0)) resolve(unavailableFor);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function unavailable(viewName: string, why: string): UnavailableError {
  return new UnavailableError(`On-demand feature view ${viewName}: ${why}`);
}
