-- What `causeway-signed` does, for nginx: sha256(timestamp .. id .. body .. secret) is checked through LuaJIT's FFI on
-- libcrypto, the window too, and the answer gets its envelope. With `transform`, request and answer change their shape by
-- cjson. It remembers no signature, so it would take a replayed one; Causeway does not.
local ffi, bit, cjson = require "ffi", require "bit", require "cjson"
ffi.cdef[[
typedef struct evp_md_st EVP_MD; typedef struct evp_md_ctx_st EVP_MD_CTX;
EVP_MD_CTX* EVP_MD_CTX_new(void); EVP_MD* EVP_MD_fetch(void*, const char*, const char*);
int EVP_DigestInit_ex(EVP_MD_CTX*, const EVP_MD*, void*); int EVP_DigestUpdate(EVP_MD_CTX*, const void*, size_t);
int EVP_DigestFinal_ex(EVP_MD_CTX*, unsigned char*, unsigned int*);
]]
local crypto = ffi.load("crypto.so.3")
local sha256, context = crypto.EVP_MD_fetch(nil, "SHA256", nil), crypto.EVP_MD_CTX_new()
local digest, size = ffi.new("unsigned char[32]"), ffi.new("unsigned int[1]")
local digits, text = ffi.new("char[17]", "0123456789abcdef"), ffi.new("char[64]")

local function signature(timestamp, id, body, secret)
  crypto.EVP_DigestInit_ex(context, sha256, nil)
  crypto.EVP_DigestUpdate(context, timestamp, #timestamp)
  crypto.EVP_DigestUpdate(context, id, #id)
  crypto.EVP_DigestUpdate(context, body, #body)
  crypto.EVP_DigestUpdate(context, secret, #secret)
  crypto.EVP_DigestFinal_ex(context, digest, size)
  for i = 0, 31 do
    local byte = digest[i]
    text[2 * i], text[2 * i + 1] = digits[bit.rshift(byte, 4)], digits[bit.band(byte, 15)]
  end
  return ffi.string(text, 64)
end

local function lines(items)
  local made = {}
  for i, item in ipairs(items) do made[i] = { sku = item.sku, n = item.qty } end
  return made
end

local PREFIX = '{"code":0,"message":"success","data":'
local M = {}

function M.new(settings)
  local job = {}

  function job.access()
    ngx.req.read_body()
    local var = ngx.var
    local authorization, timestamp, shown = var.http_authorization, var.http_x_timestamp, var.http_x_signature
    local id = authorization and authorization:sub(1, 7) == "ApiKey " and authorization:sub(8)
    local key = id and settings.keys[id]
    local body = ngx.req.get_body_data() or ""
    if not (key and timestamp and shown) or signature(timestamp, id, body, key.secret) ~= shown then return ngx.exit(401) end
    local age = ngx.now() * 1000 - tonumber(timestamp)
    if age > 300000 or age < -60000 then return ngx.exit(401) end
    var.consumer, ngx.ctx.known = key.consumer, true
    if settings.transform then
      local order = cjson.decode(body)
      ngx.req.set_body_data(cjson.encode{ order_no = order.orderId, lines = lines(order.items), total = order.total, currency = order.currency })
    end
  end

  function job.header()
    if not ngx.ctx.known then return end
    ngx.ctx.suffix = string.format(',"timestamp":%.0f}', ngx.now() * 1000)
    local length = tonumber(ngx.header.content_length)
    ngx.header.content_length = not settings.transform and length and length + #PREFIX + #ngx.ctx.suffix or nil
  end

  function job.body()
    local arg, ctx = ngx.arg, ngx.ctx
    if not ctx.known then return end
    if settings.transform then
      ctx.answer = (ctx.answer or "") .. (arg[1] or "")
      arg[1] = nil
      if not arg[2] then return end
      local answer = cjson.decode(ctx.answer)
      arg[1] = PREFIX .. cjson.encode{ orderNo = answer.orderId, status = answer.status, lines = lines(answer.items), total = answer.total } .. ctx.suffix
      return
    end
    local piece = arg[1]
    if not ctx.begun then
      ctx.begun = true
      piece = PREFIX .. (piece or "")
    end
    if arg[2] then piece = (piece or "") .. (ctx.suffix or "") end
    arg[1] = piece
  end

  return job
end

return M
