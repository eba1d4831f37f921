import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { feastVenv } from '../support/feast-venv.ts';
import { runPython } from './shop-repo.ts';

/** Applies views whose functions do what functions should not, and one that needs static artifacts. */
export const CALLS = `
import builtins, sys
import pandas as pd
from feast import FeatureStore, Field, RequestSource
from feast.on_demand_feature_view import on_demand_feature_view
from feast.types import Float64, Int64, String

builtins.tiers = {}
store = FeatureStore(sys.argv[1])
stats = store.get_feature_view("stats")
asked = RequestSource(name="asked", schema=[Field(name="wanted", dtype=Int64)])

@on_demand_feature_view(sources=[stats, asked], schema=[Field(name="done", dtype=Int64)], mode="python")
def moody(inputs):
    import os, sys, time
    if 13 in inputs["wanted"]:
        while True: pass
    if 14 in inputs["wanted"]:
        os._exit(7)
    if 15 in inputs["wanted"]:
        print("said by a function")
        print("complained by a function", file=sys.stderr)
    return {"done": [os.getpid() for _ in inputs["wanted"]]}

@on_demand_feature_view(sources=[stats, asked], schema=[Field(name="name", dtype=String)], mode="python", singleton=True)
def artful(inputs):
    import builtins
    return {"name": f"{builtins.tiers.get(inputs['city'])} {inputs['wanted']}"}

store.apply([asked, moody, artful])
`;

export async function applyCalls(repo: string): Promise<void> {
  const script = join(repo, 'apply_calls.py');
  writeFileSync(script, CALLS);
  await runPython(feastVenv(), [script, repo]);
}
