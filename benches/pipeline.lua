-- wrk: sixteen requests at once. wrk counts sixteen responses for each.
local depth = 16
init = function(args)
  local requests = {}
  for i = 1, depth do requests[i] = wrk.format() end
  batch = table.concat(requests)
end
request = function() return batch end
