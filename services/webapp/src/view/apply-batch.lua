-- Writes one batch of records into the live view and advances the read positions, all or nothing.
--
-- A batch is refused as STALE when the view is not the one the reader knows (flushed, rebuilt by somebody else)
-- or has not seen everything before the batch: the reader then loads the view's positions and reads again.
-- A record below the stored position was written by another web app already and is skipped; a gold record is
-- written only when its version is newer. So the view never goes backwards, whoever writes in whatever order.
--
-- KEYS: meta, gold, versions.  ARGV[1]: a MessagePack list of texts, in this order:
--   generation, history limit, history rows prefix, history times prefix
--   n partitions, each: position field, first offset of the batch, next offset after it
--   n gold records, each: partition number (1…), offset, customer_id, version, JSON ('' deletes the customer)
--   n history entries, each: partition number, offset, customer_id, entry key, time, JSON ('' deletes the entry)
local meta, gold, versions = KEYS[1], KEYS[2], KEYS[3]
local values = cmsgpack.unpack(ARGV[1])
local at = 0
local function take()
  at = at + 1
  return values[at]
end

local generation = take()
local history_limit = tonumber(take())
local rows_prefix, times_prefix = take(), take()
if redis.call('HGET', meta, 'generation') ~= generation then
  return 'STALE'
end

local stored = {}
local advance = {}
for index = 1, tonumber(take()) do
  local field, first, next_offset = take(), tonumber(take()), take()
  local position = tonumber(redis.call('HGET', meta, field) or '0')
  if position < first then
    return 'STALE'
  end
  stored[index] = position
  if tonumber(next_offset) > position then
    advance[#advance + 1] = field
    advance[#advance + 1] = next_offset
  end
end

for _ = 1, tonumber(take()) do
  local partition, offset, customer_id, version, json =
    tonumber(take()), tonumber(take()), take(), take(), take()
  if offset >= stored[partition] then
    if json == '' then
      redis.call('HDEL', gold, customer_id)
      redis.call('HDEL', versions, customer_id)
      redis.call('DEL', rows_prefix .. customer_id, times_prefix .. customer_id)
    else
      local current = redis.call('HGET', versions, customer_id)
      if not current or tonumber(current) < tonumber(version) then
        redis.call('HSET', gold, customer_id, json)
        redis.call('HSET', versions, customer_id, version)
      end
    end
  end
end

for _ = 1, tonumber(take()) do
  local partition, offset, customer_id, entry, time, json =
    tonumber(take()), tonumber(take()), take(), take(), take(), take()
  if offset >= stored[partition] then
    local rows, times = rows_prefix .. customer_id, times_prefix .. customer_id
    if json == '' then
      redis.call('HDEL', rows, entry)
      redis.call('ZREM', times, entry)
    else
      redis.call('HSET', rows, entry, json)
      if redis.call('ZADD', times, time, entry) == 1 and redis.call('ZCARD', times) > history_limit then
        redis.call('HDEL', rows, redis.call('ZPOPMIN', times)[1])
      end
    end
  end
end

if #advance > 0 then
  redis.call('HSET', meta, unpack(advance))
end
return 'APPLIED'
