namespace Toolkit.Symbolic.Algebra

open System.Numerics

/// An integer-linear form Σ Coefficients[i]·x_i + Constant in variables that are known by position.
/// The argument of a factorial, a radicand's factor, a bound. Its integers have any size.
type Linear =
    {
        /// The constant term.
        Constant: BigInteger
        /// One coefficient for each variable, in the order of the names that go with the form.
        Coefficients: BigInteger list
    }

/// Arithmetic of integer-linear forms.
[<RequireQualifiedAccess>]
module Linear =

    /// A form from its constant term and its coefficients.
    let ofIntegers (constant: int) (coefficients: int list) =
        { Constant = BigInteger constant; Coefficients = coefficients |> List.map (fun (c: int) -> BigInteger c) }

    /// The form without variables.
    let constant (arity: int) (k: BigInteger) =
        { Constant = k; Coefficients = List.replicate arity BigInteger.Zero }

    /// The form 0.
    let zero (arity: int) = constant arity BigInteger.Zero

    /// The variable at position i.
    let variable (arity: int) (i: int) =
        { Constant = BigInteger.Zero
          Coefficients = List.init arity (fun k -> if k = i then BigInteger.One else BigInteger.Zero) }

    /// Number of variables.
    let arity (x: Linear) = x.Coefficients.Length

    /// x + y.
    let add (x: Linear) (y: Linear) =
        { Constant = x.Constant + y.Constant
          Coefficients = List.map2 (fun (a: BigInteger) b -> a + b) x.Coefficients y.Coefficients }

    /// k·x.
    let scale (k: BigInteger) (x: Linear) =
        { Constant = k * x.Constant; Coefficients = x.Coefficients |> List.map (fun c -> k * c) }

    /// −x.
    let negate (x: Linear) = scale BigInteger.MinusOne x

    /// x − y.
    let subtract (x: Linear) (y: Linear) = add x (negate y)

    /// x + k.
    let plus (k: BigInteger) (x: Linear) = { x with Constant = x.Constant + k }

    /// The change of x when the variables change by `step`; the constant term does not matter.
    let change (step: BigInteger list) (x: Linear) =
        List.fold2 (fun (sum: BigInteger) c d -> sum + c * d) BigInteger.Zero x.Coefficients step

    /// x at an integer point.
    let valueAt (point: BigInteger list) (x: Linear) = x.Constant + change point x

    /// True when no variable occurs.
    let isConstant (x: Linear) = x.Coefficients |> List.forall _.IsZero

    /// True when neither the constant nor a coefficient is negative, so that x ≥ 0 for natural variables.
    let isNatural (x: Linear) = x.Constant.Sign >= 0 && x.Coefficients |> List.forall (fun c -> c.Sign >= 0)

    /// x with one variable left out.
    let without (variable: int) (x: Linear) =
        { x with Coefficients = x.Coefficients |> List.mapi (fun i c -> if i = variable then BigInteger.Zero else c) }

    /// x with every variable replaced by a form (all of one arity).
    let substitute (images: Linear list) (x: Linear) =
        (constant (arity images.Head) x.Constant, x.Coefficients, images) |||> List.fold2 (fun sum c image -> add sum (scale c image))

    /// x/2, where that is an integer form.
    let tryHalve (x: Linear) =
        if x.Constant.IsEven && x.Coefficients |> List.forall _.IsEven then
            let two = BigInteger 2
            Some { Constant = x.Constant / two; Coefficients = x.Coefficients |> List.map (fun c -> c / two) }
        else
            None

    /// x − y is even at all integers.
    let isEvenDifference (x: Linear) (y: Linear) = (tryHalve (subtract x y)).IsSome

    /// "-3*a": whether it is subtracted, and the rest.
    let internal printTerm (c: BigInteger) (body: string) =
        c.Sign < 0, (if (BigInteger.Abs c).IsOne then body else $"{BigInteger.Abs c}*{body}")

    /// "a - 2*b + 1" from such terms.
    let internal printSum (terms: (bool * string) list) =
        match terms with
        | [] -> "0"
        | (isNegative, first) :: rest ->
            (if isNegative then "-" else "") + first
            + (rest |> List.map (fun (isNegative, body) -> (if isNegative then " - " else " + ") + body) |> String.concat "")

    let private printWith (names: string list) (x: Linear) (constant: string) =
        let terms = List.zip x.Coefficients names |> List.filter (fun (c, _) -> not c.IsZero)
        List.map (fun (c, name) -> printTerm c name) terms @ [ if not x.Constant.IsZero then x.Constant.Sign < 0, constant ]
        |> printSum

    /// "a + 2*b - 1", in an infix notation that SymPy, Maxima and F# all read.
    let print (names: string list) (x: Linear) = printWith names x (string (BigInteger.Abs x.Constant))

    /// The half of a form: "a + 1/2", or "(a + 1)/2".
    let printHalf (names: string list) (x: Linear) =
        match tryHalve x, tryHalve { x with Constant = BigInteger.Zero } with
        | Some half, _ -> print names half
        | None, Some half -> printWith names { half with Constant = x.Constant } $"{BigInteger.Abs x.Constant}/2"
        | _ -> $"({print names x})/2"
