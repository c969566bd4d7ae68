# Hosts of one worker each: network namespaces, which reach this machine by a cable of their own and nothing else.

ip <- function(...) {
  status <- suppressWarnings(system2("ip", shQuote(c(...)), stdout = FALSE, stderr = FALSE))
  status == 0
}

# So many were made: what is left of one lives on for a moment, so each has names and addresses of its own.
made_hosts <- new.env()
made_hosts$count <- 0

# A list of hosts: name; here, there: this machine's address and its own; gone when `env` ends.
local_hosts <- function(count, env = parent.frame()) {
  skip_on_cran() # needs the rights of an administrator
  skip_if(!nzchar(Sys.which("ip")), "no program ip")
  skip_if_not_installed("processx")
  lapply(seq_len(count), function(k) {
    number <- made_hosts$count <- made_hosts$count + 1
    name <- sprintf("sgd%d-%d", Sys.getpid(), number)
    net <- sprintf("10.213.%d", number)
    host <- list(name = name, cable = name, plug = "eth0", here = paste0(net, ".1"), there = paste0(net, ".2"))
    skip_if(!ip("netns", "add", host$name), "no network namespaces may be made here")
    withr::defer(remove_host(host), envir = env)
    made <- ip("link", "add", host$cable, "type", "veth", "peer", "name", host$plug, "netns", host$name) &&
      ip("addr", "add", paste0(host$here, "/24"), "dev", host$cable) && ip("link", "set", host$cable, "up") &&
      ip("-n", host$name, "addr", "add", paste0(host$there, "/24"), "dev", host$plug) &&
      ip("-n", host$name, "link", "set", host$plug, "up") && ip("-n", host$name, "link", "set", "lo", "up")
    skip_if(!made, "no cables between network namespaces may be laid here")
    host
  })
}

remove_host <- function(host) {
  running <- suppressWarnings(system2("ip", c("netns", "pids", host$name), stdout = TRUE, stderr = FALSE))
  tools::pskill(as.integer(running), 9)
  ip("netns", "del", host$name)
}

# A shell command on a host, in the background.
start_on <- function(host, command) {
  processx::process$new("ip", c("netns", "exec", host$name, "sh", "-c", command), cleanup = FALSE)
}

# What a worker does to be reached no more.
cut_cable <- function(host) {
  plug <- host$plug
  make <- function() system2("ip", c("link", "set", plug, "down"))
  environment(make) <- list2env(list(plug = plug), parent = baseenv())
  make
}

# Nodes of package parallel: a shell script takes the place of ssh, and `ip netns exec` that of the network.
nodes_on <- function(hosts, env = parent.frame()) {
  script <- withr::local_tempfile(.local_envir = env)
  writeLines(c(
    "#!/bin/sh", "while [ $# -gt 2 ]; do shift; done",
    "case $1 in", sprintf("%s) exec ip netns exec %s sh -c \"$2\" ;;", vapply(hosts, `[[`, "", "there"),
                         vapply(hosts, `[[`, "", "name")), "esac"
  ), script)
  Sys.chmod(script, "755")
  nodes <- lapply(hosts, function(host) {
    parallel::makePSOCKcluster(host$there, master = host$here, rshcmd = script, useXDR = TRUE, setup_timeout = 30)[[1]]
  })
  nodes <- structure(nodes, class = c("SOCKcluster", "cluster"))
  withr::defer(for (k in seq_along(nodes)) try(parallel::stopCluster(nodes[k]), silent = TRUE), envir = env)
  nodes
}

# Profiles of mirai that listen on this machine's end of each cable, and a daemon on each host.
profiles_on <- function(hosts, scheme, env = parent.frame()) {
  vapply(hosts, function(host) {
    profile <- host$name
    withr::defer(mirai::daemons(0, .compute = profile), envir = env)
    mirai::daemons(url = sprintf("%s://%s:0", scheme, host$here), .compute = profile)
    start_on(host, unclass(mirai::launch_remote(1, .compute = profile))[[1]])
    wait_until(function() isTRUE(mirai::status(.compute = profile)$connections == 1))
    profile
  }, "")
}

wait_until <- function(done, seconds = 20) {
  end <- Sys.time() + seconds
  while (!done() && Sys.time() < end) Sys.sleep(0.05)
  expect_true(done())
}
