# Workers are reached through this machine's loopback device, which a container without network may lack.
skip_without_loopback <- function() {
  reached <- tryCatch({
    port <- sample(11000:20000, 1)
    server <- serverSocket(port)
    on.exit(close(server))
    close(socketConnection("localhost", port, open = "r+", blocking = TRUE, timeout = 5))
    TRUE
  }, warning = function(w) FALSE, error = function(e) FALSE)
  skip_if_not(reached, "no loopback device")
}
