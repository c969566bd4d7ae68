# The Mersenne twister of numpy's RandomState in plain R. 32-bit words are doubles: R has no unsigned integers.
# M. Matsumoto, T. Nishimura (1998), ACM Transactions on Modeling and Computer Simulation 8, 3-30.

bits <- function(op, a, b) op(a %/% 65536, b %/% 65536) * 65536 + op(a %% 65536, b %% 65536)
xor32 <- function(a, b) bits(bitwXor, a, b)
and32 <- function(a, b) bits(bitwAnd, a, b)
times32 <- function(a, b) ((a * (b %/% 65536)) %% 65536 * 65536 + a * (b %% 65536)) %% 2^32

mt19937 <- function(seed) {
  state <- numeric(624)
  state[1] <- seed
  for (k in 2:624) {
    state[k] <- (times32(1812433253, xor32(state[k - 1], state[k - 1] %/% 2^30)) + k - 1) %% 2^32
  }
  used <- 624
  twist <- function() {
    for (k in 1:624) {
      mixed <- and32(state[k], 2147483648) + and32(state[k %% 624 + 1], 2147483647)
      state[k] <<- xor32(state[(k + 396) %% 624 + 1], mixed %/% 2)
      if (mixed %% 2 == 1) state[k] <<- xor32(state[k], 2567483615)
    }
    used <<- 0
  }
  draw <- function() {
    if (used == 624) twist()
    used <<- used + 1
    y <- state[used]
    y <- xor32(y, y %/% 2^11)
    y <- xor32(y, and32((y * 2^7) %% 2^32, 2636928640))
    y <- xor32(y, and32((y * 2^15) %% 2^32, 4022730752))
    xor32(y, y %/% 2^18)
  }
  list(
    uniform = function() {
      high <- draw() %/% 2^5
      (high * 2^26 + draw() %/% 2^6) / 2^53
    },
    up_to = function(largest) {
      mask <- 2^ceiling(log2(largest + 1)) - 1
      repeat {
        value <- and32(draw(), mask)
        if (value <= largest) return(value)
      }
    }
  )
}

shuffled <- function(order, rng) {
  for (k in rev(seq_along(order)[-1])) {
    partner <- rng$up_to(k - 1) + 1
    order[c(k, partner)] <- order[c(partner, k)]
  }
  order
}
