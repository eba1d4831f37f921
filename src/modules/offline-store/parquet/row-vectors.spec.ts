import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileSource } from '../../../../test/support/offline-sources.js';
import { readJsonText } from '../../../common/codec/json-document.codec.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { JsonValue } from '../../../common/model/json-value.js';
import { createOfflineRowChecker } from '../offline-store-writer-factory.js';
