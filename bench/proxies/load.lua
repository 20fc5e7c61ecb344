-- The POST of bench/run, for wrk: every request is an order with a number of its own, signed anew, because a signature of an
-- unsafe call is accepted once. All contenders get the same bytes, whether they look at the signature or not; with
-- BENCH_BEARER set, the caller shows that token instead (and the signature is computed all the same, to cost wrk the same).
local ffi, bit = require "ffi", require "bit"
ffi.cdef[[
typedef struct { long seconds, nanoseconds; } bench_time;
int clock_gettime(int, bench_time*);
unsigned char* SHA256(const unsigned char*, size_t, unsigned char*);
]]
local crypto = ffi.load("crypto.so.3")
local digest, time = ffi.new("unsigned char[32]"), ffi.new("bench_time")
local hex, text = ffi.new("char[17]", "0123456789abcdef"), ffi.new("char[64]")

local key, secret, bearer = os.getenv("BENCH_KEY"), os.getenv("BENCH_SECRET"), os.getenv("BENCH_BEARER")
local before, behind = '{"orderId":"ORD', '","status":"PENDING","customer":{"id":"C10086","name":"Zhang San"},"items":[{"sku":"SKU001","qty":10},{"sku":"SKU002","qty":3}],"total":1299.5,"currency":"CNY","ts":1706518800000}'
local head, number, millisecond, timestamp

local function signature(signed)
  crypto.SHA256(signed, #signed, digest)
  for i = 0, 31 do
    local byte = digest[i]
    text[2 * i], text[2 * i + 1] = hex[bit.rshift(byte, 4)], hex[bit.band(byte, 15)]
  end
  return ffi.string(text, 64)
end

function init()
  ffi.C.clock_gettime(0, time)
  -- Microseconds: no run comes so far that it meets the numbers of the next one.
  number = tonumber(time.seconds % 1000000) * 1000000 + tonumber(time.nanoseconds / 1000)
  head = "POST " .. wrk.path .. " HTTP/1.1\r\nHost: 127.0.0.1:" .. wrk.port .. "\r\nContent-Type: application/json\r\nContent-Length: " ..
         (#before + 12 + #behind) .. "\r\nAuthorization: " .. (bearer and "Bearer " .. bearer or "ApiKey " .. key) .. "\r\nX-Timestamp: "
end

function request()
  ffi.C.clock_gettime(0, time)
  local now = tonumber(time.seconds) * 1000 + math.floor(tonumber(time.nanoseconds) / 1000000)
  if now ~= millisecond then millisecond, timestamp = now, string.format("%.0f", now) end
  number = number + 1
  local body = before .. string.format("%012.0f", number) .. behind
  local shown = signature(timestamp .. key .. body .. secret)
  if bearer then return head .. timestamp .. "\r\nX-Trace-Me: " .. shown .. "\r\n\r\n" .. body end
  return head .. timestamp .. "\r\nX-Signature: " .. shown .. "\r\n\r\n" .. body
end
