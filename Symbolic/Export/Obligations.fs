/// The polynomial identities behind the steps of a proof, written out for other computer-algebra systems. The kernel
/// has verified them in its own way; nothing here is trusted, and nothing here is needed to trust the kernel.
module Toolkit.Symbolic.Export.Obligations

open System
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs.Kernel

/// An expression, in an infix notation that SymPy and Maxima read, that is identically 0.
type Obligation =
    {
        /// What the identity is for.
        Purpose: string
        /// The expression, not expanded.
        Expression: string
    }

let private printed (names: string list) (p: Polynomial) = $"({p.Print names})"

/// "*(a + 1)*(b)", a product after another factor.
let private brackets (names: string list) (forms: Linear list) =
    forms |> List.map (fun f -> $"*({Linear.print names f})") |> String.concat ""

// ---- sums

let private telescoping (certificate: TelescopingCertificate) =
    let term = certificate.Term
    let names = term.Names
    let q = certificate.Q

    let product sign (factors: Linear list) (body: string) =
        let factors = factors |> List.map (fun x -> $"({Linear.print term.Variables x})")
        sign + String.Join("*", factors @ [ body ])

    let next = List.mapi (fun i name -> if i = Term.Index then $"({name} + 1)" else name) names
    let down, up, sign = Term.telescoper (Term.at certificate.Base term)
    let downTurn, upTurn = Term.turns term
    let turned (letters: Polynomial) body = if letters = Polynomial.One then body else $"{printed names letters}*{body}"

    let left =
        certificate.Terms
        |> List.map (fun (c, shift) ->
            let letters = Term.monomial term certificate.Base shift
            product "" (Term.ratio term certificate.Base shift).Value (turned letters (printed names c)))

    let right =
        [ product "- " down (turned downTurn (printed names q))
          product (if sign.IsOne then "- " else "+ ") up (turned upTurn $"({q.Print next})") ]

    [ { Purpose = "sum of coefficient times term over base, minus the telescoper of q"
        Expression = String.concat " + " left + " " + String.concat " " right } ]

let private closedForm (relation: TelescopingCertificate) (certificate: ClosedFormCertificate) =
    let names = relation.Term.Variables
    let up, down = (ClosedForms.ratio certificate.Closed certificate.Variable).Value

    let coefficient isNext =
        relation.Terms
        |> List.find (fun (_, shift) -> List.exists (fun (k: BigInteger) -> not k.IsZero) shift = isNext)
        |> fst
        |> printed names

    [ { Purpose = "the closed form satisfies the relation"
        Expression = coefficient true + brackets names up + " + " + coefficient false + brackets names down } ]

let private reindexing
    (first: Term)
    (second: Term)
    (map: Reindexing)
    (forms: Linear list list)
    (phase: Linear)
    (parity: Linear)
    =
    let names = second.Variables
    let print = Linear.print names
    let index = Linear.add (Linear.scale map.Direction (Linear.variable names.Length Term.Index)) map.Offset
    let images = index :: map.Images
    let text = images |> List.map (fun image -> $"({print image})")

    let rec matched (source: Linear list) (target: Linear list) =
        match source with
        | [] -> []
        | x :: rest ->
            let moved = Linear.substitute images x
            let i = target |> List.findIndex ((=) moved)
            $"({(Polynomial.OfLinear x).Print text} - ({print target[i]}))**2" :: matched rest (List.removeAt i target)

    let own = Reindexing.sign first second map |> Option.defaultValue (Linear.zero names.Length)
    let sign = Linear.add own phase
    let half = (Linear.tryHalve (Linear.subtract sign parity)).Value

    [ for source, target in
          (first.Numerator, second.Numerator)
          :: (first.Denominator, second.Denominator)
          :: List.map (fun f -> f, f) forms do
          if not source.IsEmpty then
              { Purpose = "each factorial's argument becomes the one that it is matched with"
                Expression = matched source target |> String.concat " + " }
      { Purpose = "the sign, up to an even exponent"
        Expression = $"({print sign}) - ({print parity}) - 2*({print half})" } ]

// ---- symbols

let private symmetry (symbol: Symbol) (s: ReindexingCertificate) =
    let images = Linear.variable symbol.Term.Variables.Length Term.Index :: s.Map.Images
    let phase = Linear.subtract (Linear.substitute images symbol.Phase) symbol.Phase
    let forms = [ symbol.Physical; symbol.NormNumerator; symbol.NormDenominator ]
    reindexing symbol.Term symbol.Term s.Map forms phase s.Parity

let private normalisation (sums: TelescopingCertificate) (c: NormalisationCertificate) =
    let names = c.Symbol.Term.Variables
    let brackets = brackets names
    let twiceQuanta = c.Symbol.TwiceQuanta |> List.map (fun q -> $"(({Linear.print names q})/2)")
    let written = twiceQuanta @ c.Symbol.Term.Letters
    let terms = List.zip3 c.Terms c.Witnesses sums.Terms |> Array.ofList
    let degree = c.Terms |> List.map _.Coefficient.TotalDegree |> List.max |> max 0
    let power = BigInteger.Pow(BigInteger 2, degree)
    let struct (up, down) = c.Scale

    let radicand (term: SymbolTerm) =
        term.Radicand |> List.map (fun f -> $"*({(Polynomial.OfLinear f).Print twiceQuanta})") |> String.concat ""

    [ for i in 0 .. terms.Length - 1 do
          let term, w, (coefficient, shift) = terms[i]
          let isEven = (Linear.change (BigInteger.Zero :: shift) c.Symbol.Phase).IsEven
          let factor = (if isEven then down else -down) * power

          { Purpose = $"coefficient of term {i + 1}, from that of the sum"
            Expression =
              $"({factor})*({term.Coefficient.Print written}){brackets w.X}"
              + $" - ({up})*{printed c.Symbol.Term.Names coefficient}{brackets w.Y}" }
      for i in 0 .. terms.Length - 1 do
          for r in 0 .. i - 1 do
              let termR, wr, (_, shiftR) = terms[r]
              let termI, wi, (_, shiftI) = terms[i]
              let up, down = (Normalisation.normRatio c.Symbol shiftR shiftI).Value

              { Purpose = $"square of coefficient {i + 1} against coefficient {r + 1}"
                Expression =
                  $"1{radicand termI}{brackets (up @ wi.Y @ wi.Y @ wr.X @ wr.X)} - \
                    1{radicand termR}{brackets (down @ wr.Y @ wr.Y @ wi.X @ wi.X)}" } ]

let private antisymmetry (s: ReindexingCertificate) (names: string list) (images: Linear list) =
    let text = "0" :: (images |> List.map (fun x -> $"({Linear.print names x})"))
    let parity = Linear.substitute (Linear.zero names.Length :: images) s.Parity
    let half = (Linear.tryHalve (Linear.plus BigInteger.MinusOne parity)).Value

    [ for moved, image in List.zip s.Map.Images images do
          { Purpose = "the symmetry maps the points to themselves"
            Expression = $"({(Polynomial.OfLinear moved).Print text}) - ({Linear.print names image})" }
      { Purpose = "the sign's exponent is odd"
        Expression = $"({(Polynomial.OfLinear s.Parity).Print text}) - 2*({Linear.print names half}) - 1" } ]

let private orthogonality (relation: NormalisationCertificate) (variable: int) =
    let names = relation.Symbol.Quanta
    let middle = relation.Terms |> List.find (fun t -> List.forall (fun (k: BigInteger) -> k.IsZero) t.Shift) |> _.Coefficient
    let u = Polynomial.Variable variable
    let c = middle.Coefficient(variable, 2)
    let rest = middle - c * (u * u + u)

    [ { Purpose = "the middle coefficient, apart from c (u**2 + u), does not contain u"
        Expression =
          $"{printed names middle} - {printed names c}*({names[variable]}**2 + {names[variable]})"
          + $" - {printed names rest}" } ]

// ---- products of powers

let private annihilation (s: Annihilation) =
    let product = s.Product
    let names = product.Symbols
    let text = printed names
    let reduce = PowerProducts.reduce product
    let q = PowerProducts.denominator product
    let results = s.Words |> List.map (fun w -> w, List.rev (PowerProducts.steps product w))
    let most = results |> List.map (fun (_, steps) -> snd steps.Head) |> List.max

    /// A word's value, the last derivation left for the reader's system to multiply out, and the same as a polynomial.
    let last (w: Word, steps: (Polynomial * int) list) =
        let factor k = if k = 0 then "" else $"*{text q}**{k}"

        match steps, w.Derivations with
        | (_, k) :: (a, before) :: _, d :: _ ->
            let parts = PowerProducts.parts product d
            let exponents =
                parts
                |> List.map (fun (e, dp, others) -> String.Join("*", List.map text (e :: dp :: others)))
                |> String.concat " + "

            let da, dq = reduce (PowerProducts.along d a), reduce (PowerProducts.along d q)

            let sum =
                parts |> List.fold (fun sum (e, dp, others) -> sum + List.fold (*) (e * dp) others) Polynomial.Zero

            $"{text w.Coefficient}*({text q}*{text da} - {before}*{text a}*{text dq} + \
              {text a}*({exponents})){factor (most - k)}",
            w.Coefficient * (q * da - BigInteger before * (a * dq) + a * sum) * Polynomial.Pow(q, most - k)
        | _ -> $"{text w.Coefficient}{factor most}", w.Coefficient * Polynomial.Pow(q, most)

    let values = results |> List.map last
    let sum = values |> List.map fst |> String.concat " + "

    // Before reduction the sum is a multiple of i² + 1, which is subtracted.
    let multiple =
        match product.Unit with
        | None -> ""
        | Some i ->
            let norm = Polynomial.Pow(Polynomial.Variable i, 2) + Polynomial.One
            let raw = values |> List.fold (fun total (_, p) -> total + p) Polynomial.Zero
            $" - (i**2 + 1)*{text (raw.TryDivide norm).Value}"

    [ { Purpose = "the operator's value on the product, times a power of its factors and over the product"
        Expression = sum + multiple } ]

let private substitution (s: Substitution) =
    let names = s.Product.Letters
    let inserted = s.Images |> List.map (printed names)

    [ for (p, _), qs in List.zip s.Product.Factors s.Split do
          let rest = p.Substitute s.Images - List.fold (*) Polynomial.One qs

          let multiple =
              match s.Product.Unit with
              | Some i when not rest.IsZero ->
                  let norm = Polynomial.Pow(Polynomial.Variable i, 2) + Polynomial.One
                  $" - (i**2 + 1)*{printed names (rest.TryDivide norm).Value}"
              | _ -> ""

          { Purpose = "a factor's image minus the factors given"
            Expression = $"""{p.Print inserted} - {qs |> List.map (printed names) |> String.concat "*"}{multiple}""" } ]

let private binomial (s: CoefficientIsSum) (certificate: BinomialCertificate) =
    let names = s.Term.Variables
    let arity = s.Product.Variables.Length

    [ for v in 0 .. arity - 1 do
          let exponents =
              List.zip3 s.Product.Factors s.Powers certificate.Choices
              |> List.map (fun ((p, _), e, k) ->
                  let (m, n, _), e, k = (BinomialCoefficient.pair arity p).Value, Linear.print names e, Linear.print names k
                  $"{m[v]}*(({e}) - ({k})) + {n[v]}*({k})")
              |> String.concat " + "

          { Purpose = $"exponent of {s.Product.Variables[v]}"
            Expression = $"{exponents} - ({Linear.print names s.Target[v]})" } ]

let private realLadder () =
    let names = RealMatrices.names
    let square variable (value: int) = Polynomial.Pow(Polynomial.Variable variable, 2) - Polynomial.Constant value
    let quotient (x: Polynomial) (by: Polynomial) = printed names (x.TryDivide by).Value

    [ for n in -3 .. 3 do
          for axis, component', p in RealMatrices.differences n do
              if not p.IsZero then
                  let withoutUnit = RealMatrices.reduce 0 -1 p
                  let rest = withoutUnit - RealMatrices.reduce 1 2 withoutUnit

                  { Purpose = $"2 i L_{axis} sqrt(2) R_{n} minus the claim, coefficient of Y_{component'}; r = sqrt(2)"
                    Expression =
                      $"{printed names p} - {quotient (p - withoutUnit) (square 0 -1)}*(i**2 + 1) - \
                        {quotient rest (square 1 2)}*(r**2 - 2)" } ]

/// The identities that stand behind a proof's last step; none where it needs nothing but its premises.
let ofStep (theorem: Theorem) : Obligation list =
    /// What the first premise was given.
    let before () = theorem.Premises.Head.Certificate

    match theorem.Statement, theorem.Certificate with
    | _, (:? TelescopingCertificate as c) -> telescoping c
    | _, (:? ClosedFormCertificate as c) -> closedForm (before () :?> TelescopingCertificate) c
    | _, (:? NormalisationCertificate as c) -> normalisation (before () :?> TelescopingCertificate) c
    | _, (:? ReindexingCertificate as c) ->
        match c.First, c.Second with
        | Function.Symbol symbol, _ -> symmetry symbol c
        | Function.Sum first, second -> reindexing first second.Term c.Map [] (Linear.zero second.Term.Variables.Length) c.Parity
    | _, (:? EvaluationCertificate as c) when theorem.Rule = "antisymmetry" ->
        antisymmetry (before () :?> ReindexingCertificate) c.Names c.Images
    | _, (:? PairingCertificate as c) when theorem.Rule = "orthogonality" ->
        orthogonality (before () :?> NormalisationCertificate) (int c.Numbers.Head)
    | (:? Annihilation as s), _ -> annihilation s
    | (:? Substitution as s), _ -> substitution s
    | (:? CoefficientIsSum as s), (:? BinomialCertificate as c) -> binomial s c
    | (:? Argued as s), _ when s.Name = "real-ladder" -> realLadder ()
    | _ -> []
