namespace Toolkit.Symbolic.Statements

open System.Numerics

/// What a formula is at a point: a complex number, or a polynomial in the letters that have no value (those of a derivative, or of the
/// monomial whose coefficient is asked for), by the exponents of each letter.
type Value =
    | Scalar of Complex
    | Polynomial of Map<Map<string, int>, Complex>
    /// A symbol or a function outside its domain: every product with it is 0.
    | Outside
    /// The factorial of a negative number: what is divided by it is 0.
    | Pole

[<RequireQualifiedAccess>]
module Value =

    let zero = Scalar Complex.Zero
    let one = Scalar Complex.One
    let ofFloat (x: float) = Scalar(Complex(x, 0.0))

    /// A letter itself.
    let letter (name: string) = Polynomial(Map.ofList [ Map.ofList [ name, 1 ], Complex.One ])

    /// By exponents.
    let private terms (v: Value) =
        match v with
        | Scalar x -> Map.ofList [ Map.empty, x ]
        | Polynomial p -> p
        | Outside
        | Pole -> invalidArg (nameof v) "no number"

    let private collected (pairs: (Map<string, int> * Complex) seq) =
        (Map.empty, pairs)
        ||> Seq.fold (fun sum (m, c) -> sum |> Map.change m (fun old -> Some(c + Option.defaultValue Complex.Zero old)))
        |> Map.filter (fun _ c -> c <> Complex.Zero)
        |> Polynomial

    let add (x: Value) (y: Value) : Value =
        match x, y with
        | Scalar a, Scalar b -> Scalar(a + b)
        | Outside, other
        | other, Outside -> other
        | Pole, _
        | _, Pole -> Pole
        | _ -> collected (Seq.append (Map.toSeq (terms x)) (Map.toSeq (terms y)))

    let multiply (x: Value) (y: Value) : Value =
        match x, y with
        | Scalar a, Scalar b -> Scalar(a * b)
        | Outside, _
        | _, Outside -> Outside
        | Pole, _
        | _, Pole -> Pole
        | _ ->
            let more e old = Some(e + Option.defaultValue 0 old)
            let joined (m: Map<string, int>) n = (m, n) ||> Map.fold (fun all x e -> all |> Map.change x (more e))
            collected (seq { for KeyValue(m, a) in terms x do for KeyValue(n, b) in terms y -> joined m n, a * b })

    let negate (x: Value) = multiply (Scalar(Complex(-1.0, 0.0))) x

    /// A natural power.
    let rec power (x: Value) (n: int) : Value =
        match x with
        | Outside
        | Pole -> x
        | _ when n = 0 -> one
        | _ -> multiply x (power x (n - 1))

    /// The derivative by a letter.
    let derivative (x: string) (v: Value) : Value =
        match v with
        | Outside
        | Pole -> v
        | Scalar _ -> zero
        | Polynomial p ->
            collected (
                seq {
                    for KeyValue(m, c) in p do
                        match m.TryFind x with
                        | Some e -> (if e = 1 then m.Remove x else m.Add(x, e - 1)), c * Complex(float e, 0.0)
                        | None -> ()
                }
            )

    /// With numbers for letters.
    let put (numbers: Map<string, Complex>) (v: Value) : Value =
        match v with
        | Scalar _
        | Outside
        | Pole -> v
        | Polynomial p ->
            let at x = numbers.TryFind x |> Option.map Scalar |> Option.defaultWith (fun () -> letter x)
            (zero, p) ||> Map.fold (fun sum m c -> add sum ((Scalar c, m) ||> Map.fold (fun t x e -> multiply t (power (at x) e))))

    /// The coefficient of a monomial, of which the letters that the monomial names are no longer part.
    let coefficient (monomial: Map<string, int>) (v: Value) : Value =
        let named = monomial |> Map.filter (fun _ e -> e <> 0)
        let isNamed x _ = monomial.ContainsKey x

        match v with
        | Outside
        | Pole -> v
        | _ ->

        terms v
        |> Map.toSeq
        |> Seq.filter (fun (m, _) -> Map.filter isNamed m = named)
        |> Seq.map (fun (m, c) -> Map.filter (fun x e -> not (isNamed x e)) m, c)
        |> collected
        |> function
            | Polynomial p when p.IsEmpty -> zero
            | Polynomial p when p.Count = 1 && p.ContainsKey Map.empty -> Scalar p[Map.empty]
            | other -> other

    /// The number that it is, if no letters are left.
    let tryNumber (v: Value) : Complex option =
        match v with
        | Scalar x -> Some x
        | Polynomial p when p.IsEmpty -> Some Complex.Zero
        | Polynomial p -> if p.Count = 1 then p.TryFind Map.empty else None
        | Outside
        | Pole -> None
