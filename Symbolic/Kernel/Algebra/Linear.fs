namespace Toolkit.Symbolic.Algebra

open System.Text

/// An integer-linear form Σ Coefficients[i]·x_i + Constant in variables that are known by position.
/// The argument of a factorial, a radicand's factor, a bound.
type Linear =
    {
        /// The constant term.
        Constant: int
        /// One coefficient for each variable, in the order of the names that go with the form.
        Coefficients: int[]
    }

/// Arithmetic of integer-linear forms; every operation is overflow-checked.
[<RequireQualifiedAccess>]
module Linear =
    open Checked

    /// The form without variables.
    let constant (arity: int) (k: int) = { Constant = k; Coefficients = Array.zeroCreate arity }

    /// The variable at position i.
    let variable (arity: int) (i: int) =
        { Constant = 0; Coefficients = Array.init arity (fun k -> if k = i then 1 else 0) }

    /// x + y.
    let add (x: Linear) (y: Linear) =
        { Constant = x.Constant + y.Constant; Coefficients = Array.map2 (+) x.Coefficients y.Coefficients }

    /// k·x.
    let scale (k: int) (x: Linear) =
        { Constant = k * x.Constant; Coefficients = Array.map ((*) k) x.Coefficients }

    /// x − y.
    let subtract (x: Linear) (y: Linear) = add x (scale -1 y)

    /// x + k.
    let plus (k: int) (x: Linear) = { x with Constant = x.Constant + k }

    /// The change of x when the variables change by `step`; the constant term does not matter.
    let change (step: int[]) (x: Linear) = Array.fold2 (fun acc c d -> acc + c * d) 0 x.Coefficients step

    /// x at an integer point.
    let valueAt (point: int[]) (x: Linear) = x.Constant + change point x

    /// True when no variable occurs.
    let isConstant (x: Linear) = Array.forall ((=) 0) x.Coefficients

    /// x with every variable replaced by a form (all of one arity).
    let substitute (images: Linear[]) (x: Linear) =
        let arity = images[0].Coefficients.Length
        Array.fold2 (fun acc c image -> add acc (scale c image)) (constant arity x.Constant) x.Coefficients images

    /// x/2, where that is an integer form.
    let tryHalve (x: Linear) =
        if x.Constant % 2 = 0 && Array.forall (fun c -> c % 2 = 0) x.Coefficients then
            Some { Constant = x.Constant / 2; Coefficients = Array.map (fun c -> c / 2) x.Coefficients }
        else
            None

    /// "a + 2*b - 1", in an infix notation that SymPy, Maxima and F# all read.
    let print (names: string[]) (x: Linear) =
        let text = StringBuilder()

        let append (c: int) (body: string) =
            if text.Length = 0 then
                (if c < 0 then text.Append '-' |> ignore)
            else
                text.Append(if c < 0 then " - " else " + ") |> ignore

            text.Append body |> ignore

        Array.iteri2
            (fun _ c name ->
                if c <> 0 then
                    append c (if abs c = 1 then name else string (abs c) + "*" + name))
            x.Coefficients
            names

        if x.Constant <> 0 then
            append x.Constant (string (abs x.Constant))

        if text.Length = 0 then "0" else text.ToString()
