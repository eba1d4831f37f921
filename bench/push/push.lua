-- A wrk script: sends the bodies of a file, a line each, one after the other, every request a second later than the one
-- before it, so that none is older than what is stored. Prints the result as one JSON line.
-- wrk ... -s push.lua URL -- BODIES_FILE FIRST_SECOND
local requests = {}
local nextRequest = 0
local second
local MARKER = "2000%-01%-01T00:00:00"

function init(args)
  second = tonumber(args[2])
  for body in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", "/push", { ["Content-Type"] = "application/json" }, body)
  end
end

function request()
  nextRequest = nextRequest % #requests + 1
  second = second + 1
  return (requests[nextRequest]:gsub(MARKER, os.date("!%Y-%m-%dT%H:%M:%S", second)))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"durationUs":%d,"p50Us":%d,"p99Us":%d,"badStatus":%d,"badSocket":%d,"timeouts":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write, errors.timeout))
end
