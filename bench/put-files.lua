-- A wrk script: PUT of 4 KiB under a new name each time, no two with the same bytes.
local random = assert(io.open("/dev/urandom", "rb"))
local tail = random:read(4096 - 18)
local seed = 0
for _ = 1, 6 do
  seed = seed * 256 + string.byte(random:read(1))
end
math.randomseed(seed)
random:close()

local folder

function init()
  folder = wrk.path
end

function request()
  local name = string.format("%06x%06x%06x", math.random(0, 0xffffff), math.random(0, 0xffffff), math.random(0, 0xffffff))
  return wrk.format("PUT", folder .. name .. ".bin", wrk.headers, name .. tail)
end
