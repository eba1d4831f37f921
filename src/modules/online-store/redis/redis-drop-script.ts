/**
 * Removes a view from a hash, and the hash with it when no other view is in it.
 *
 * Shape:   KEYS: the hash. ARGV: the field of the view's event time, then the fields of its features.
 * Returns: 1 when the view was there, else 0.
 * Source:  spec/online-store-redis.md, Delete; a script, so that a view that is written meanwhile is not lost.
 */
export const DROP_VIEW_SCRIPT = `
local isThere, hasOther = false, false
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if field == ARGV[1] then isThere = true
  -- The field of a feature has 4 bytes.
  elseif #field > 4 and field:sub(1, 4) == '_ts:' then hasOther = true end
end
if not isThere then return 0 end
if not hasOther then
  redis.call('DEL', KEYS[1])
  return 1
end
-- A call takes a few thousand arguments at most.
for from = 1, #ARGV, 1000 do
  redis.call('HDEL', KEYS[1], unpack(ARGV, from, math.min(from + 999, #ARGV)))
end
return 1
`;
