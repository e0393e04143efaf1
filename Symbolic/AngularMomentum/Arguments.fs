namespace Toolkit.Symbolic.AngularMomentum

/// What makes a set of quantum numbers invalid, as opposed to a coefficient that vanishes: j must be one of
/// 0, 1/2, 1, … and m one of −j, −j+1, …, j. Everything else is a selection rule, and its answer is the number zero.
module internal Arguments =

    /// The largest 2j that is taken: beyond it no coefficient could be written down anyway.
    let largestTwiceJ = 2_000_000

    let checkJ (name: string) (j: HalfInteger) : Result<unit, string> =
        if j.Twice < 0 then
            Error $"{name} = {j}: expected one of 0, 1/2, 1, 3/2, …"
        elif j.Twice > largestTwiceJ then
            Error $"{name} = {j}: expected at most {HalfInteger.FromTwice largestTwiceJ}"
        else
            Ok()

    let checkInteger (name: string) (l: HalfInteger) : Result<unit, string> =
        match checkJ name l with
        | Ok() when not l.IsInteger ->
            Error $"{name} = {l}: expected an integer (functions on the sphere have integer l)"
        | r -> r

    let checkM (jName: string) (j: HalfInteger) (mName: string) (m: HalfInteger) : Result<unit, string> =
        if abs m.Twice > j.Twice || (m.Twice - j.Twice) &&& 1 <> 0 then
            let least = HalfInteger.FromTwice -j.Twice
            Error $"{mName} = {m}: expected one of {least}, …, {j} in steps of 1, as {jName} = {j}"
        else
            Ok()

    /// The first error of a list of checks.
    let rec firstError (checks: Result<unit, string> list) : Result<unit, string> =
        match checks with
        | [] -> Ok()
        | Error e :: _ -> Error e
        | Ok() :: rest -> firstError rest

    /// Result to exception, for the callers that ask for the value itself.
    let orThrow (result: Result<'a, string>) : 'a =
        match result with
        | Ok value -> value
        | Error message -> invalidArg "quantum numbers" message

    /// The triangle rule for three doubled quantum numbers: |a − b| ≤ c ≤ a + b and a + b + c even.
    let triangle (a: int) (b: int) (c: int) : bool =
        (a + b + c) &&& 1 = 0 && a + b >= c && b + c >= a && c + a >= b

    /// (−1)^n.
    let parity (n: int) : int = if n &&& 1 = 0 then 1 else -1
