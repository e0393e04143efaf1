namespace Toolkit.Symbolic.Proofs.Kernel

// GetValueRefOrAddDefault is annotated for reference types; a sum is a value.
#nowarn "3265"

open System
open System.Buffers.Binary
open System.Collections.Generic
open System.Numerics
open System.Runtime.InteropServices
open System.Security.Cryptography
open System.Text
open Toolkit.Symbolic.Algebra

/// What a table holds.
type Tabulated =
    /// 3j symbols.
    | ThreeJSymbols
    /// Clebsch–Gordan coefficients.
    | CouplingCoefficients
    /// Clebsch–Gordan coefficients in the basis of the real harmonics, without the factor i.
    | RealCouplingCoefficients
    /// Integrals of three complex harmonics.
    | GauntCoefficients

/// A number ±√(p/q) in a block of coefficients; magnetic numbers are doubled. For Gaunt's coefficients, the 3j symbol.
[<Struct>]
type TableEntry =
    { M1: int
      M2: int
      M3: int
      Negative: bool
      P: BigInteger
      Q: BigInteger }

/// A file of floating-point numbers holds the coefficients that it says, each correctly rounded.
[<Sealed>]
type CorrectTable
    internal (what: Tabulated, twiceLMax: int, half: bool, single: bool, checksum: string) =
    inherit Statement(box (what, twiceLMax, half, single, checksum))

    /// What the table holds.
    member _.What = what

    /// Twice the largest angular momentum.
    member _.TwiceLMax = twiceLMax

    /// Half-integer angular momenta, too.
    member _.Half = half

    /// float32 in place of float64.
    member _.Single = single

    /// SHA-256 as the file's header states it.
    member _.Checksum = checksum

    override _.Text =
        let numbers = if half then "integers and half-integers" else "integers"
        let most = if twiceLMax % 2 = 0 then string (twiceLMax / 2) else $"{twiceLMax}/2"
        let bits = if single then "float32" else "float64"

        let coupling =
            "the Clebsch-Gordan coefficient of Condon and Shortley, that is the solution of the ladder relations of J1 + \
             J2 with unit norm and <l1 l1 l2 L-l1|L L> > 0"

        let value =
            match what with
            | ThreeJSymbols -> "3j(l1, l2, l3; m1, m2, m3)"
            | CouplingCoefficients -> $"<l1 m1 l2 m2|l3 m3>, {coupling}"
            | RealCouplingCoefficients ->
                "C(n1, n2, n3) at (l1, l2, l3; n1, n2, n3), where i**k*C(n1, n2, n3), k = 0 if l1 + l2 + l3 is even and 1 \
                 if it is odd, is the sum over m1, m2, m3 of conjugate(U(n1, m1)*U(n2, m2))*U(n3, m3)*<l1 m1 l2 m2|l3 \
                 m3>, with R_n = the sum over m of U(n, m)*Y_m, R_m = ((-1)**m*Y_m + Y_-m)/sqrt(2) and R_-m = \
                 ((-1)**m*Y_m - Y_-m)/(sqrt(2)*i) for m > 0, R_0 = Y_0, and "
                + coupling.Replace("the Clebsch-Gordan coefficient", "<l1 m1 l2 m2|l3 m3> the Clebsch-Gordan coefficient")
            | GauntCoefficients ->
                "sqrt((2*l1 + 1)*(2*l2 + 1)*(2*l3 + 1)/(4*pi))*3j(l1, l2, l3; 0, 0, 0)*3j(l1, l2, l3; m1, m2, m3)"

        $"the file of format toolkit-table/1 with checksum {checksum} holds, for all {numbers} l1, l2, l3 from 0 to {most}, \
          at every point where it is not 0, the {bits} nearest to {value}; and nothing else"

/// Tables of coefficients are theorems: block by block, exact numbers satisfy the relations that determine the block, and
/// the file's numbers are those numbers rounded.
[<RequireQualifiedAccess>]
module Tables =

    let private headerLength = 1024

    let private refuse why = raise (Refused why)

    // ---- rounding

    /// 2^n π lies between the first number and the first plus the second: Machin's 16 arctan(1/5) − 4 arctan(1/239), each
    /// term off by less than 2, and the rest of each series by less than 4.
    let private pi (n: int) : struct (BigInteger * BigInteger) =
        let arctan (x: int) =
            let mutable power = (BigInteger.One <<< n) / BigInteger x
            let mutable sum, k = BigInteger.Zero, 0

            while not power.IsZero do
                let term = power / BigInteger(2 * k + 1)
                sum <- if k % 2 = 0 then sum + term else sum - term
                power <- power / BigInteger(x * x)
                k <- k + 1

            struct (sum, BigInteger(2 * k + 4))

        let struct (a, da) = arctan 5
        let struct (b, db) = arctan 239
        let value, error = BigInteger 16 * a - BigInteger 4 * b, BigInteger 16 * da + BigInteger 4 * db
        struct (value - error, error + error)

    let private piBits = 400
    let private bounds = lazy (pi piBits)

    /// Whether f is the floating-point number nearest to ±√(p/q), or to ±√(p/(q 4π)) with 4π between two bounds.
    let private isNearest (single: bool) (overRoot4Pi: bool) (f: float) (negative: bool) (p: BigInteger) (q: BigInteger) =
        let bits = BitConverter.DoubleToInt64Bits f
        let exponent = int (bits >>> 52) &&& 0x7FF
        let fraction = bits &&& 0xFFFFFFFFFFFFFL

        // A number of the narrower format has its lowest 29 bits 0; neither format's subnormal numbers are dealt with.
        let least = if single then 897 else 1

        if exponent < least || exponent = 0x7FF || (single && fraction &&& 0x1FFFFFFFL <> 0L) || (bits < 0L) <> negative then
            false
        else
            // f = n 2^e, and the midpoints to the neighbours are (4n − down) 2^(e−2) and (4n + 2) 2^(e−2).
            let drop = if single then 29 else 0
            let n = (fraction ||| (1L <<< 52)) >>> drop
            let e = exponent - 1075 + drop
            let down = if fraction = 0L && exponent > least then 1L else 2L

            /// The sign of (k 2^(e−2))² − p/(q c) for c a number as multiple of 2^−s.
            let compare (k: int64) (c: BigInteger) (s: int) =
                let left, right = BigInteger k * BigInteger k * q * c, p
                let shift = 2 * (e - 2) - s
                if shift >= 0 then (left <<< shift).CompareTo right else left.CompareTo(right <<< -shift)

            // The value itself may be a midpoint only if it is rational; then the even neighbour is the nearest one.
            let isEven = n &&& 1L = 0L

            let low, high =
                if overRoot4Pi then
                    let struct (below, width) = bounds.Value
                    compare (4L * n - down) (4I * (below + width)) piBits, compare (4L * n + 2L) (4I * below) piBits
                else
                    compare (4L * n - down) BigInteger.One 0, compare (4L * n + 2L) BigInteger.One 0

            if overRoot4Pi then
                low < 0 && high > 0
            else
                (low < 0 || (low = 0 && isEven)) && (high > 0 || (high = 0 && isEven))

    // ---- exact blocks

    /// Integers times roots of square-free integers at the indices of a block, over a common denominator.
    type private Exact = { Denominator: BigInteger; Values: struct (struct (int * int * int) * BigInteger * uint64)[] }

    let private isMagnetic (l: int) (m: int) = abs m <= l && (l - m) % 2 = 0

    let private exact (struct (l1, l2, l3)) (entries: TableEntry list) : Exact =
        let seen = HashSet<struct (int * int * int)>()

        let surds = [|
            for x in entries do
                need (x.P.Sign > 0 && x.Q.Sign > 0) "an exact value is no square root"
                let isInRange = isMagnetic l1 x.M1 && isMagnetic l2 x.M2 && isMagnetic l3 x.M3
                let isNew = seen.Add(struct (x.M1, x.M2, x.M3))
                need (isInRange && isNew) "an exact value has magnetic numbers out of range, or the same as another"
                let struct (r, mask) = SmoothSurd.ofRoot (x.P * x.Q) |> Rule.found "an exact value contains a large prime under the root"
                struct (x, r, mask)
        |]

        let denominator =
            surds
            |> Array.fold (fun (d: BigInteger) (struct (x, _, _)) -> d / BigInteger.GreatestCommonDivisor(d, x.Q) * x.Q) BigInteger.One

        {
            Denominator = denominator
            Values =
                surds
                |> Array.map (fun (struct (x, r, mask)) ->
                    let n = r * (denominator / x.Q)
                    struct (struct (x.M1, x.M2, x.M3), (if x.Negative then -n else n), mask))
        }

    /// A generator's matrix: for a magnetic number (doubled) those that it is taken to, each with a sign and the integer
    /// whose root is the entry's size.
    type private Generator = int -> int -> struct (int * int * int) list

    /// 4 (l − m)(l + m + 1) for m ≥ 0 and twice as much at m = 0: 4 k(m)².
    let private square (l: int) (m: int) = (if m = 0 then 2 else 1) * (l - 2 * m) * (l + 2 * m + 2)

    /// i L_x, i L_y (times 2) and i L_z in the basis R_n: the matrices of the real ladder.
    let private real: Generator list =
        let m (n: int) = abs n / 2

        let x l n =
            let m, sign = m n, (if n > 0 then -1 else 1)

            if n = 0 then
                [ struct (-2, 1, square l 0) ]
            else
                [
                    struct (sign * 2 * (m + 1), -sign, square l m)
                    // There is no R_-0.
                    if not (n > 0 && m = 1) then
                        struct (sign * 2 * (m - 1), -sign, square l (m - 1))
                ]

        let y l n =
            let m, sign = m n, (if n > 0 then 1 else -1)

            if n = 0 then
                [ struct (2, -1, square l 0) ]
            else
                [
                    if not (n < 0 && m = 1) then
                        struct (sign * 2 * (m - 1), 1, square l (m - 1))
                    struct (sign * 2 * (m + 1), -1, square l m)
                ]

        let z _ n = if n = 0 then [] else [ struct (-n, -sign n, n * n) ]
        [ x; y; z ]

    /// L_+ and L_− as they act on the numbers w(m1, m2, m3): (L w)(m) = Σ √((l ± m + 1)(l ∓ m)) w(m ± 1).
    let private complex: Generator list =
        let step s l m = [ struct (m - 2 * s, 1, (l + s * m) * (l - s * m + 2)) ]
        [ step 1; step -1 ]

    /// Every generator, acting on all three indices, annihilates the block.
    let private isInvariant (generators: Generator list) (struct (l1, l2, l3)) (block: Exact) : bool =
        let roots = Dictionary<int, struct (BigInteger * uint64)>()

        let root (n: int) =
            match roots.TryGetValue n with
            | true, r -> r
            | _ ->
                roots[n] <- SmoothSurd.ofRoot (BigInteger n) |> Rule.found "the angular momenta are too large"
                roots[n]

        generators
        |> List.forall (fun generator ->
            let sums = Dictionary<struct (struct (int * int * int) * uint64), BigInteger>()

            let add target (value: BigInteger) (mask: uint64) sign size =
                if size > 0 then
                    let struct (r, other) = root size
                    let v = value * r * SmoothSurd.product (mask &&& other)
                    let mutable exists = false
                    let sum = &CollectionsMarshal.GetValueRefOrAddDefault(sums, struct (target, mask ^^^ other), &exists)
                    sum <- if sign > 0 then sum + v else sum - v

            for struct (struct (m1, m2, m3), value, mask) in block.Values do
                for struct (n, sign, size) in generator l1 m1 do
                    add (struct (n, m2, m3)) value mask sign size

                for struct (n, sign, size) in generator l2 m2 do
                    add (struct (m1, n, m3)) value mask sign size

                for struct (n, sign, size) in generator l3 m3 do
                    add (struct (m1, m2, n)) value mask sign size

            sums.Values |> Seq.forall _.IsZero)

    /// The sum of the squares is n.
    let private hasNorm (n: int) (block: Exact) =
        let sum = block.Values |> Array.sumBy (fun (struct (_, v, mask)) -> v * v * SmoothSurd.product mask)

        sum = BigInteger n * block.Denominator * block.Denominator

    /// Σ i^k v is a positive real number, for v the entries of a block with their k.
    let private isPositive (terms: struct (int * BigInteger * uint64) list) =
        let sums part =
            terms
            |> List.filter (fun (struct (k, _, _)) -> k % 2 = part)
            |> List.groupBy (fun (struct (_, _, mask)) -> mask)
            |> List.map (fun (_, group) -> group |> List.sumBy (fun (struct (k, v, _)) -> if k % 4 >= 2 then -v else v))
            |> List.filter (fun sum -> not sum.IsZero)

        match sums 0, sums 1 with
        | [ sum ], [] -> sum.Sign > 0
        | _ -> false

    let private valueAt (block: Exact) index =
        block.Values |> Array.tryPick (fun (struct (at, v, mask)) -> if at = index then Some(struct (v, mask)) else None)

    /// The entries are those of the block: they satisfy the relations that determine it up to a factor, and the factor is
    /// right.
    let private isBlock (what: Tabulated) (struct (l1, l2, l3) as l) (entries: TableEntry list) : bool =
        let odd = (l1 + l2 + l3) / 2 % 2

        match what with
        | RealCouplingCoefficients ->
            let block = exact l entries

            /// i^k of U(n, m) times √2 (times 1 for n = 0), m > 0 and n = ±m or m = n = 0.
            let phase (n: int) =
                let parity = if abs n / 2 % 2 = 1 then 2 else 0
                if n >= 0 then parity else parity + 3

            /// The two numbers of a real harmonic that contain Y_m, with the k of U(n, m), m of either sign.
            let images (m: int) =
                if m = 0 then [ 0, 0 ]
                elif m > 0 then [ m, phase m; -m, phase -m ]
                else [ -m, 0; m, 1 ]

            let terms = [
                for n1, k1 in images l1 do
                    for n2, k2 in images (l3 - l1) do
                        for n3, k3 in images l3 do
                            match valueAt block (struct (n1, n2, n3)) with
                            | Some(struct (v, mask)) -> struct (k1 + k2 + (4 - k3) + odd, v, mask)
                            | None -> ()
            ]

            isInvariant real l block && hasNorm (l3 + 1) block && isPositive terms
        | CouplingCoefficients ->
            // ⟨l1 m1 l2 m2|l3 M⟩ = (−1)^(l1−l2+M) √(2 l3 + 1) 3j(m1, m2, −M).
            let flipped = entries |> List.map (fun x -> { x with M3 = -x.M3; Negative = x.Negative <> ((l1 - l2 + x.M3) / 2 % 2 <> 0) })

            let block = exact l flipped
            let first = entries |> List.tryFind (fun x -> x.M1 = l1 && x.M2 = l3 - l1 && x.M3 = l3)
            isInvariant complex l block && hasNorm (l3 + 1) block && first |> Option.exists (fun x -> not x.Negative)
        | ThreeJSymbols
        | GauntCoefficients ->
            let block = exact l entries
            let negative = (l1 - l2 + l3) / 2 % 2 <> 0
            let first = entries |> List.tryFind (fun x -> x.M1 = l1 && x.M2 = l3 - l1 && x.M3 = -l3)
            isInvariant complex l block && hasNorm 1 block && first |> Option.exists (fun x -> x.Negative = negative)

    // ---- the file

    /// The blocks of a file: for each (l1, l2, l3) the position and the number of its entries.
    let private index (bytes: byte[]) (start: int) =
        let blocks = Dictionary<struct (int * int * int), struct (int * int)>()
        let mutable last = struct (-1, -1, -1)

        for at in start..24 .. bytes.Length - 24 do
            let number k = BinaryPrimitives.ReadInt32LittleEndian(ReadOnlySpan(bytes, at + 4 * k, 4))
            let l = struct (number 0, number 1, number 2)
            let position = BinaryPrimitives.ReadInt64LittleEndian(ReadOnlySpan(bytes, at + 16, 8))

            need (compare l last > 0) "the index is not in increasing order"
            last <- l
            need (position >= int64 headerLength && position <= int64 start) "a block is not in the file"
            blocks[l] <- struct (int position, number 3)

        blocks

    /// The only header that a file with these properties and numbers can have.
    let private header what (twiceLMax: int) half single (blocks: int) (entries: int) (index: int) (length: int) (checksum: string) =
        let name, basis =
            match what with
            | ThreeJSymbols -> "3j", "complex"
            | CouplingCoefficients -> "cg", "complex"
            | RealCouplingCoefficients -> "real-cg", "real"
            | GauntCoefficients -> "gaunt", "complex"

        let most = if twiceLMax % 2 = 0 then string (twiceLMax / 2) else $"{twiceLMax}/2"
        let halves, option = if half then "true", " --half" else "false", ""
        let precision, narrow = if single then ",\"precision\":\"float32\"", " --precision float32" else "", ""

        let text =
            $"{{\"format\":\"toolkit-table/1\",\"what\":\"{name}\",\"basis\":\"{basis}\",\"convention\":\"toolkit\",\
              \"lmax\":\"{most}\",\"half\":{halves}{precision},\"generator\":\"toolkit tables --kind {name} --lmax {most}{option}{narrow} \
              --format table\",\"blocks\":{blocks},\"entries\":{entries},\"index\":{index},\"length\":{length},\"checksum\":\"{checksum}\"}}"

        text.PadRight(headerLength - 1) + "\n"

    /// The text that follows `key` in the header, up to a character.
    let private after (head: string) (key: string) (stop: char) =
        match head.IndexOf(key, StringComparison.Ordinal) with
        | -1 -> refuse $"the header has no {key}"
        | at ->
            match head.IndexOf(stop, at + key.Length) with
            | -1 -> refuse "the header is cut short"
            | until -> head.Substring(at + key.Length, until - at - key.Length)

    /// A table's file holds the coefficients that it says. `candidates` are exact values for a block, whoever computed
    /// them: they are taken for the block's only if they are annihilated by the generators, which determines them up to a
    /// factor (a representation occurs at most once), have its norm, and its sign at one entry. Then every number of the
    /// file is compared with the exact one, and the file must have a number exactly where the exact one is not 0.
    let prove (racah: Theorem) (realLadder: Theorem option) (what: Tabulated) (twiceLMax: int) (half: bool) (single: bool) (file: byte[])
        (candidates: struct (int * int * int) -> TableEntry list)
        : Result<Theorem, string> =
        Rule.within (fun () ->
            need (WrittenArguments.isStated "ladder, norm and sign" racah) "the first premise must be Racah's formula"
            let isReal, isGaunt = (what = RealCouplingCoefficients), (what = GauntCoefficients)
            need (realLadder.IsSome = isReal) "the second premise must be there for real coefficients, and only then"
            need (realLadder |> Option.forall (WrittenArguments.isStated "real-ladder")) "the second premise must be the real ladder"
            let exists = twiceLMax >= 0 && twiceLMax <= 254 && (if half then not (isReal || isGaunt) else twiceLMax % 2 = 0)
            need exists "there is no such table"
            // Nobody can change this one.
            let bytes = Array.copy file
            need (bytes.Length >= headerLength) "the file is shorter than its header"
            let head = Encoding.Latin1.GetString(bytes, 0, headerLength)
            let checksum = after head ",\"checksum\":\"" '"'
            let start = after head ",\"index\":" ','

            let start =
                match Int32.TryParse start with
                | true, n when n >= headerLength && n <= bytes.Length && (bytes.Length - n) % 24 = 0 -> n
                | _ -> refuse "the index is not in the file"

            let blocks = index bytes start
            let step = if half then 1 else 2
            let mutable found, entries = 0, 0
            let width = if single then 4 else 8

            for l1 in 0..step..twiceLMax do
                for l2 in 0..step..twiceLMax do
                    for l3 in abs (l1 - l2) .. 2 .. min twiceLMax (l1 + l2) do
                        let l = struct (l1, l2, l3)
                        let name () = $"the block of 2*(l1, l2, l3) = ({l1}, {l2}, {l3})"
                        let exact = candidates l
                        need (isBlock what l exact) $"{name ()}: the exact values are not those of the block"

                        // 3j(0 0 0)² times (2l1+1)(2l2+1)(2l3+1), over 4π; nothing where it vanishes.
                        let factor =
                            if isGaunt then
                                exact
                                |> List.tryFind (fun x -> x.M1 = 0 && x.M2 = 0 && x.M3 = 0)
                                |> Option.map (fun x -> x.Negative, x.P * BigInteger((l1 + 1) * (l2 + 1) * (l3 + 1)), x.Q)
                            else
                                Some(false, BigInteger.One, BigInteger.One)

                        let exact =
                            match factor with
                            | None -> []
                            | Some(negative, p, q) ->
                                exact |> List.map (fun x -> { x with Negative = x.Negative <> negative; P = x.P * p; Q = x.Q * q })

                        let struct (position, count) =
                            match blocks.TryGetValue l with
                            | true, block ->
                                found <- found + 1
                                block
                            | _ -> struct (headerLength, 0)

                        let isInside = count >= 0 && int64 position + int64 count * int64 (width + 3) <= int64 start
                        need isInside $"{name ()} reaches beyond the file"
                        need (count = exact.Length) $"{name ()} has {count} numbers, and {exact.Length} coefficients are not 0"
                        let wanted = Dictionary<struct (int * int * int), TableEntry>()

                        for x in exact do
                            wanted[struct (x.M1, x.M2, x.M3)] <- x

                        let mutable last = struct (-1, -1, -1)

                        for i in 0 .. count - 1 do
                            let at k = int bytes[position + (width + k) * count + i]
                            let i1, i2, i3 = at 0, at 1, at 2
                            let m = struct (2 * i1 - l1, 2 * i2 - l2, 2 * i3 - l3)

                            if compare (struct (i3, i1, i2)) last <= 0 then
                                refuse $"{name ()}: its entries are not in order"

                            last <- struct (i3, i1, i2)
                            let span = ReadOnlySpan(bytes, position + width * i, width)

                            let value =
                                if single then
                                    float (BinaryPrimitives.ReadSingleLittleEndian span)
                                else
                                    BinaryPrimitives.ReadDoubleLittleEndian span

                            match wanted.TryGetValue m with
                            | true, x when isNearest single isGaunt value x.Negative x.P x.Q -> ()
                            | true, _ -> refuse $"{name ()}: the number at {m} (doubled) is not the nearest to the exact value"
                            | _ -> refuse $"{name ()}: the coefficient at {m} (doubled) is 0"

                        entries <- entries + count

            need (found = blocks.Count) "there are blocks that do not belong to the table"
            let header = header what twiceLMax half single found entries start bytes.Length
            need (head = header checksum) "the header is not that of such a table"
            use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
            hash.AppendData(bytes, headerLength, bytes.Length - headerLength)
            hash.AppendData(Encoding.Latin1.GetBytes(header (String('0', 64))))

            need (Convert.ToHexStringLower(hash.GetHashAndReset()) = checksum) "the checksum is not that of the file"
            let assumption = WrittenArguments.definition "REPRESENTATION"
            let statement = CorrectTable(what, twiceLMax, half, single, checksum)
            Rule.concludes "table" statement (racah :: Option.toList realLadder) [ assumption ])
