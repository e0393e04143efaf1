namespace Toolkit.Symbolic.Tables

/// How a SHA-256 is written in a header.
module internal Checksum =

    /// The place of one that is not known yet.
    [<Literal>]
    let unknown = "0000000000000000000000000000000000000000000000000000000000000000"

    /// Two hexadecimal digits for each byte. (The framework's own conversion works on vectors: compiling it at its first call
    /// takes longer than the hash of a small table.)
    let text (hash: byte[]) : string =
        let digits = "0123456789abcdef"
        let characters = Array.zeroCreate<char> (2 * hash.Length)

        for i in 0 .. hash.Length - 1 do
            characters[2 * i] <- digits[int hash[i] >>> 4]
            characters[2 * i + 1] <- digits[int hash[i] &&& 15]

        System.String characters
