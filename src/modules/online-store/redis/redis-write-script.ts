import { createHash } from 'node:crypto';

/** What the script answers when the stored event time is no protobuf Timestamp: nothing was written. */
export const DAMAGED_TIME = -1;

/**
 * Writes the newest of some rows of one view, unless the stored row is as new: atomically, because a server runs one
 * script at a time.
 *
 * Shape:   KEYS: the hash. ARGV: the field of the event time; a list in MessagePack: time to live in seconds (0: none),
 *          then seconds and nanoseconds of each row, in their order; then fields and values of the row to store, in
 *          MessagePack one after the other, in pieces of at most some thousand, the event time first.
 *          A row counts as written if it is newer than the stored row and all rows before it, or if those are not
 *          after the epoch. The caller picks the row to store: the last one that can count.
 * Returns: the number of rows that count as written, or DAMAGED_TIME.
 * Source:  spec/online-store-redis.md, Write. Numbers are doubles: a time fits in two, but not in one.
 *          One packed argument for all cells costs the server a third less than an argument for each.
 */
export const NEWEST_ROW_SCRIPT = `
-- Seconds and nanoseconds of a protobuf Timestamp; nil when it is damaged.
local function decode(stored)
  local at = 1

  -- The next varint as a signed 64-bit number (inexact above 2^53) and its low 32 bits; nil when it is cut off.
  local function varint()
    local low, mid, high = 0, 0, 0
    for index = 0, 9 do
      local byte = stored:byte(at)
      if not byte then return nil end
      at = at + 1
      local bits = byte % 128
      if index < 4 then low = low + bits * 128 ^ index
      elseif index < 8 then mid = mid + bits * 128 ^ (index - 4)
      else high = high + bits * 128 ^ (index - 8) end
      if byte < 128 then
        high = high % 256
        if high >= 128 then high = high - 256 end
        return high * 2 ^ 56 + mid * 2 ^ 28 + low, low + (mid % 16) * 2 ^ 28
      end
    end
    return nil
  end

  -- Passes over a field that is not known; false when it cannot be passed.
  local function skip(kind)
    if kind == 0 then return varint() ~= nil end
    local length
    if kind == 1 then length = 8
    elseif kind == 5 then length = 4
    elseif kind == 2 then length = varint() end
    if not length or length < 0 or at + length > #stored + 1 then return false end
    at = at + length
    return true
  end

  local seconds, nanos = 0, 0
  while at <= #stored do
    local tag = varint()
    if not tag or tag < 8 or tag >= 2 ^ 32 then return nil end
    if tag == 8 then
      seconds = varint()
      if not seconds then return nil end
    elseif tag == 16 then
      local _, word = varint()
      if not word then return nil end
      nanos = word < 2 ^ 31 and word or word - 2 ^ 32
    elseif not skip(tag % 8) then
      return nil
    end
  end
  return seconds + math.floor(nanos / 1e9), nanos % 1e9
end

local function isAfter(seconds, nanos, otherSeconds, otherNanos)
  return seconds > otherSeconds or (seconds == otherSeconds and nanos > otherNanos)
end

local stored, latest, latestNanos = redis.call('HGET', KEYS[1], ARGV[1]), 0, 0
if stored then
  latest, latestNanos = decode(stored)
  if not latest then return ${DAMAGED_TIME} end
  if not isAfter(latest, latestNanos, 0, 0) then latest, latestNanos = 0, 0 end
end

local times, written = cmsgpack.unpack(ARGV[2]), 0
for index = 2, #times, 2 do
  local seconds, nanos = times[index], times[index + 1]
  local isFree = latest == 0 and latestNanos == 0
  if isFree or isAfter(seconds, nanos, latest, latestNanos) then
    written = written + 1
    if isAfter(seconds, nanos, 0, 0) then latest, latestNanos = seconds, nanos end
  end
end
if written == 0 then return 0 end

for index = 3, #ARGV do
  redis.call('HSET', KEYS[1], cmsgpack.unpack(ARGV[index]))
end
if times[1] ~= 0 then redis.call('EXPIRE', KEYS[1], times[1]) end
return written
`;

/** The name of the script for EVALSHA. */
export const NEWEST_ROW_SHA = createHash('sha1').update(NEWEST_ROW_SCRIPT).digest('hex');
