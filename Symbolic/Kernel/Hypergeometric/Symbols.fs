namespace Toolkit.Symbolic.Hypergeometric

open System.Numerics
open Toolkit.Symbolic.Algebra

/// A symbol of angular-momentum theory: sign · √(ratio of factorials) · Σ_s F(s), in integer parameters, and the way
/// from its quantum numbers to those parameters. There are three, the 3j symbol, the 6j symbol and the elements of the matrices
/// of SU(2)'s representations; their definitions are part of what a reader has to trust.
[<Sealed>]
type Symbol
    private
    (
        name: string, term: Term, phase: Linear, normNumerator: Linear list, normDenominator: Linear list, physical: Linear list,
        quanta: string list, twiceQuanta: Linear list, parameters: Linear list
    ) =

    /// Sums of at most three of the physical forms, by their coefficients.
    let combinations: Map<BigInteger list, (int list * Linear) list> =
        let one = [ for i, form in List.indexed physical -> [ i ], form ]

        let longer sums =
            [ for chosen, sum in sums do
                  for i in List.head chosen .. physical.Length - 1 -> i :: chosen, Linear.add sum physical[i] ]

        one @ longer one @ longer (longer one) |> List.groupBy (fun (_, sum) -> sum.Coefficients) |> Map.ofList

    /// Forms in given names, from texts such as "a - b + s": sums of names and of the number 1.
    static let forms (names: string list) (texts: string list) : Linear list =
        let term (sum: Linear) (text: string) =
            let isNegative = text.StartsWith '-'
            let sign = if isNegative then BigInteger.MinusOne else BigInteger.One

            match (if isNegative then text.Substring 1 else text) with
            | "1" -> Linear.plus sign sum
            | name -> Linear.add sum (Linear.scale sign (Linear.variable names.Length (List.findIndex ((=) name) names)))

        texts |> List.map (fun text -> text.Replace("- ", "-").Replace("+ ", "").Split ' ' |> Array.fold term (Linear.zero names.Length))

    static let three =
        let names = [ "s"; "a"; "b"; "c"; "d"; "e" ]
        // -j1+j2+j3, j1-j2+j3, j1+j2-j3, j1-m1, j2-m2, j3-m3, j1+m1, j2+m2, j3+m3
        let square = forms names [ "c + e"; "b + d"; "a"; "b"; "a + e"; "c + d"; "a + d"; "c"; "b + e" ]
        let quanta = [ "j1"; "j2"; "j3"; "m1"; "m2"; "m3" ]

        let below = forms names [ "s"; "-s + a"; "-s + b"; "-s + c"; "s + d"; "s + e" ]
        let term = { Variables = names; Alternating = true; Numerator = []; Denominator = below; Powers = [] }

        Symbol(
            "3j",
            term,
            (forms names [ "d - e" ]).Head,
            square,
            forms names [ "a + b + c + d + e + 1" ],
            square,
            quanta,
            forms names [ "a + b + d"; "a + c + e"; "b + c + d + e"; "a - b + d"; "-a + c - e"; "b - c - d + e" ],
            forms quanta [ "j1 + j2 - j3"; "j1 - m1"; "j2 + m2"; "-j2 + j3 + m1"; "-j1 + j3 - m2" ]
        )

    static let six =
        let names, quanta = [ "s"; "A1"; "A2"; "A3"; "A4"; "B1"; "B2" ], [ "j1"; "j2"; "j3"; "l1"; "l2"; "l3" ]
        let quads = [ "B1"; "B2"; "A1 + A2 + A3 + A4 - B1 - B2" ]
        let differences = forms names [ for q in quads do for i in 1..4 -> $"{q} - A{i}" ]

        let above, below = forms names [ "s + 1" ], forms names ([ for i in 1..4 -> $"s - A{i}" ] @ [ for q in quads -> $"{q} - s" ])
        let term = { Variables = names; Alternating = true; Numerator = above; Denominator = below; Powers = [] }

        Symbol(
            "6j",
            term,
            Linear.zero 7,
            differences,
            forms names [ for i in 1..4 -> $"A{i} + 1" ],
            differences,
            quanta,
            forms names [ "A1 + A2 - B2"; "B1 + B2 - A2 - A4"; "A1 + A4 - B1"; "A3 + A4 - B2"; "B1 + B2 - A1 - A3"; "A2 + A3 - B1" ],
            forms
                quanta
                [ "j1 + j2 + j3"; "j1 + l2 + l3"; "l1 + j2 + l3"; "l1 + l2 + j3"; "j1 + j2 + l1 + l2"; "j2 + j3 + l2 + l3" ]
        )

    static let matrixElement =
        let names, quanta = [ "k"; "p"; "q"; "r" ], [ "j"; "n"; "m" ]
        let square = forms names [ "p"; "q + r"; "p + r"; "q" ] // j+m, j-m, j+n, j-n
        let below = forms names [ "p - k"; "r + k"; "k"; "q - k" ]
        let powers = List.zip [ "a"; "b"; "c"; "d" ] below
        let term = { Variables = names; Alternating = false; Numerator = []; Denominator = below; Powers = powers }

        Symbol(
            "D",
            term,
            Linear.zero 4,
            square,
            [],
            square,
            quanta,
            forms names [ "p + q + r"; "p - q + r"; "p - q - r" ],
            forms quanta [ "j + m"; "j - n"; "n - m" ]
        )

    /// Wigner's 3j symbol in Racah's form (DLMF 34.2.4), with a = j1+j2−j3, b = j1−m1, c = j2+m2, d = j3−j2+m1,
    /// e = j3−j1−m2:
    /// F(s) = (−1)^s / (s! (a−s)! (b−s)! (c−s)! (d+s)! (e+s)!), sign (−1)^(j1−j2−m3) = (−1)^(d−e), and under the root
    /// the nine entries of the Regge square over (J+1)!, J = a+b+c+d+e = j1+j2+j3.
    static member ThreeJ = three

    /// The 6j symbol {j1 j2 j3; l1 l2 l3} in Racah's form (DLMF 34.4.3): triads A1 = j1+j2+j3, A2 = j1+l2+l3,
    /// A3 = l1+j2+l3, A4 = l1+l2+j3, quads B1 = j1+j2+l1+l2, B2 = j2+j3+l2+l3, B3 = ΣA − B1 − B2,
    /// F(s) = (−1)^s (s+1)! / (Π (s−A_i)! Π (B_k−s)!), and under the root the twelve differences B_k − A_i over the
    /// four (A_i+1)!.
    static member SixJ = six

    /// The element D^j_nm of the matrix by which (u, v) → (a u + c v, b u + d v) acts on the binary forms u^(j+m) v^(j−m) /
    /// √((j+m)! (j−m)!), for any numbers a, b, c, d; Wigner's d^j_nm(β) for a = d = cos β/2, c = −b = sin β/2. With p = j+m,
    /// q = j−n, r = n−m: F(k) = a^(p−k) b^(r+k) c^k d^(q−k) / ((p−k)! (r+k)! k! (q−k)!), and under the root (j+m)! (j−m)!
    /// (j+n)! (j−n)! (Varshalovich 4.3.1 (2)).
    static member MatrixElement = matrixElement

    /// The symbol of that name.
    static member TryFind(name: string) = [ three; six; matrixElement ] |> List.tryFind (fun s -> s.Name = name)

    /// "3j", "6j" or "D".
    member _.Name = name

    /// How the variables of coefficients are written: the quantum numbers, then the letters.
    member _.Names = quanta @ term.Letters

    /// "3j(j1, j2, j3; m1, m2, m3)" with these arguments.
    member _.Call(arguments: string list) =
        let rows = arguments |> List.chunkBySize 3 |> List.map (fun row -> System.String.Join(", ", row))
        $"""{name}({System.String.Join("; ", rows)})"""

    /// The summand; its parameters are the symbol's integer parameters.
    member _.Term = term

    /// The sign is (−1)^Phase.
    member _.Phase = phase

    /// Under the square root, above: factorials of these.
    member _.NormNumerator = normNumerator

    /// Under the square root, below: factorials of these.
    member _.NormDenominator = normDenominator

    /// The symbol is defined where all of these are ≥ 0 (there every factorial above is of a natural number) and is
    /// 0 by definition elsewhere.
    member _.Physical = physical

    /// Names of the quantum numbers, in the order in which people write them.
    member _.Quanta = quanta

    /// Twice each quantum number as a form in the parameters.
    member _.TwiceQuanta = twiceQuanta

    /// Each parameter as a form in the quantum numbers.
    member _.Parameters = parameters

    /// What each variable of the term is in the quantum numbers; the index, which must not occur, is put to 0.
    member _.InQuanta = Linear.zero quanta.Length :: parameters

    /// The summand with the quantum numbers in place of the parameters, for people.
    member _.TermInQuanta: Term =
        let lifted = parameters |> List.map (fun x -> { x with Coefficients = BigInteger.Zero :: x.Coefficients })
        let put = Linear.substitute (Linear.variable (quanta.Length + 1) Term.Index :: lifted)

        { term with
            Variables = term.Variables.Head :: quanta
            Numerator = List.map put term.Numerator
            Denominator = List.map put term.Denominator
            Powers = term.Powers |> List.map (fun (x, e) -> x, put e) }

    /// A number that `form` (in the parameters) cannot fall below where the i-th physical form is ≥ bounds[i] for all
    /// i: the best that sums of up to three of them give. None if there is no such sum.
    member _.AtLeast(bounds: BigInteger list, form: Linear) : BigInteger option =
        if Linear.isConstant form then
            Some form.Constant
        else
            combinations.TryFind form.Coefficients
            |> Option.map (List.map (fun (chosen, sum) -> List.sumBy (fun i -> bounds[i]) chosen - sum.Constant) >> List.max)
            |> Option.map (fun least -> form.Constant + least)
