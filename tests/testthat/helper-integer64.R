# 64-bit integers as package bit64 holds them, in the bits of doubles, made without it; NA is its NA.
integer64 <- function(values) {
  number <- as.vector(values)
  whole <- ifelse(is.na(number), 0, number)
  high <- floor(whole / 2^32)
  low <- whole - high * 2^32
  high[is.na(number)] <- NA # whose bits, -2^31, make the smallest integer
  words <- rbind(ifelse(low >= 2^31, low - 2^32, low), high)
  words[words == -2^31] <- NA
  bits <- readBin(writeBin(as.integer(words), raw(), endian = "little"), "double", length(number), endian = "little")
  result <- structure(bits, class = "integer64")
  dim(result) <- dim(values)
  dimnames(result) <- dimnames(values)
  result
}
