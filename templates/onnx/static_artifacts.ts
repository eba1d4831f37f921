import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import type { LoadArtifacts } from 'salver';
import vehicles from './vehicles.json' with { type: 'json' };

declare module 'salver' {
  interface Artifacts {
    /** How the model knows a vehicle. */
    readonly vehicles: ReadonlyMap<string, readonly number[]>;
    /** The model: minutes of trips. A row: kilometres, rush hour (1) or not (0), the three numbers of the vehicle, pace. */
    readonly tripMinutes: (trips: readonly (readonly number[])[]) => Promise<readonly number[]>;
  }
}

/** Called once by every process that serves, and by its threads, before the first request. */
export const loadArtifacts: LoadArtifacts = async ({ repoDir }) => {
  env.wasm.numThreads = 1;
  const model = await InferenceSession.create(`${repoDir}/trip_minutes.onnx`);

  const tripMinutes = async (trips: readonly (readonly number[])[]): Promise<readonly number[]> => {
    const [first] = trips;
    if (first === undefined) return [];
    const rows = new Tensor('float32', Float32Array.from(trips.flat()), [trips.length, first.length]);
    const { minutes } = await model.run({ trips: rows });
    return Array.from(minutes?.data as Float32Array);
  };

  return { vehicles: new Map(Object.entries(vehicles)), tripMinutes };
};
