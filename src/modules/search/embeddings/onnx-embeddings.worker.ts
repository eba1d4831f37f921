import { parentPort, workerData } from 'node:worker_threads';
import { InvalidValueError } from '../../../common/errors/errors.js';
import type { FromOnnxThread, OnnxModelOptions } from './onnx-messages.js';
import { TextModel } from './text-model.js';

function tell(message: FromOnnxThread): void {
  parentPort?.postMessage(message);
}

/** What is no error of ours ends the thread. */
async function answerTo(model: TextModel, text: string): Promise<FromOnnxThread> {
  try {
    return { kind: 'vector', vector: await model.embed(text) };
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    return { kind: 'refused', message: error.message };
  }
}

async function serve(options: OnnxModelOptions): Promise<void> {
  try {
    const model = await TextModel.load(options);
    const length = await model.tryOut();
    parentPort?.on('message', (text: string) => void answerTo(model, text).then(tell));
    tell({ kind: 'ready', length });
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

await serve(workerData as OnnxModelOptions);
