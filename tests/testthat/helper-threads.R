# Threads of this process, by their ids; none where the system does not list them.
thread_ids <- function() list.files("/proc/self/task")

# That no thread but those of `before` is left. One that was joined may be listed for another moment: it says that it
# has ended a little before the kernel takes it off the list.
expect_no_more_threads <- function(before) {
  for (k in 1:200) {
    left <- setdiff(thread_ids(), before)
    if (length(left) == 0) break
    Sys.sleep(0.01)
  }
  expect_identical(left, character())
}
