-- Writes rows of one table and the positions they reflect, all or nothing; refused as STALE when the table in Redis
-- is not the one the writer knows, because it was flushed or made anew.
--
-- Rows may be newer than the positions, never older: whoever goes on from the positions reads such rows again.
--
-- KEYS: the table's hash.  ARGV[1]: a MessagePack list of texts, in this order:
--   generation
--   n fields, each: name, value
--   n rows to write, each: field, value
--   n rows to remove, each: field
local table_key = KEYS[1]
local values = cmsgpack.unpack(ARGV[1])
local at = 0
local function take()
  at = at + 1
  return values[at]
end

if redis.call('HGET', table_key, '=generation') ~= take() then
  return 'STALE'
end
for _ = 1, 2 do
  for _ = 1, tonumber(take()) do
    local field, value = take(), take()
    redis.call('HSET', table_key, field, value)
  end
end
for _ = 1, tonumber(take()) do
  redis.call('HDEL', table_key, take())
end
return 'SAVED'
