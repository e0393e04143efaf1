/// What sentences of the language say at a point, in floating-point numbers: both sides of a law, from its text alone.
module Toolkit.Symbolic.Statements.Evaluation

open System
open System.Collections.Generic
open System.Numerics
open Toolkit.Symbolic.AngularMomentum

/// A formula has no value at a point, and why.
exception NoValue of string

/// A number is too large to be computed with: the point is passed over.
exception private TooLarge

/// A point: what names stand for.
type Point =
    {
        /// Numbers, and letters without a value.
        Values: Map<string, Value>
        /// Functions of sites, by their values at each.
        Sites: Map<string, Value[]>
        /// Families: their two orders, and components where these are not defined otherwise.
        Families: Map<string, int * int * Map<int * int, Value>>
        /// What functions are, each with names of its arguments, on which domain.
        Definitions: (string * string list * Expression * Condition option) list
        /// Twice a magnetic number to choose from, for scalar products of states.
        Magnetic: int
        /// Values of functions that have been asked for.
        Known: Dictionary<string * Complex list, Value option>
    }

/// So many members has a set of sites.
[<Literal>]
let SiteCount = 2

/// Nothing that is an argument or an exponent is larger, and no factorial's.
let private most, private mostFactorial = 1000.0, 150

let private number (v: Value) =
    match Value.tryNumber v with
    | Some x -> x
    | None -> raise (NoValue $"{v} where a number is needed")

let private real (v: Value) =
    let x = number v
    if abs x.Imaginary > 1e-9 * (1.0 + abs x.Real) then raise (NoValue "a complex number where a real one is needed")
    x.Real

/// Twice a number that is an integer or half of one, if it is.
let private tryTwice (v: Value) : int option =
    let x = 2.0 * real v
    if abs x > most then raise TooLarge
    if abs (x - round x) > 1e-9 then None else Some(int (round x))

let private twice (v: Value) =
    match tryTwice v with
    | Some n -> n
    | None -> raise (NoValue "neither an integer nor half of one")

let private integer (v: Value) =
    let n = twice v
    if n % 2 <> 0 then raise (NoValue "half an integer where an integer is needed")
    n / 2

let private isTriad a b c = (a + b + c) % 2 = 0 && c <= a + b && c >= abs (a - b)
let private fits j m = j >= 0 && abs m <= j && (j - m) % 2 = 0

let private memo (compute: int list -> float) =
    let known = System.Collections.Concurrent.ConcurrentDictionary<int list, float>()
    fun (key: int list) -> known.GetOrAdd(key, compute)

let private threeJ =
    memo (function
        | [ a; b; c; x; y; z ] -> (Wigner3j.ofTwice a b c x y z).ToDouble()
        | _ -> nan)

let private sixJ =
    memo (function
        | [ a; b; c; d; e; f ] -> (Wigner6j.ofTwice a b c d e f).ToDouble()
        | _ -> nan)

/// A symbol's value, all doubled.
let private symbol (name: string) (q: int list) : Value =
    match name, q with
    | "3j", [ a; b; c; x; y; z ] ->
        if fits a x && fits b y && fits c z && x + y + z = 0 && isTriad a b c then Value.ofFloat (threeJ q) else Outside
    | "6j", [ a; b; c; d; e; f ] ->
        let isDefined = List.min q >= 0 && isTriad a b c && isTriad a e f && isTriad d b f && isTriad d e c
        if isDefined then Value.ofFloat (sixJ q) else Outside
    | _ -> raise (NoValue $"{name} of {q.Length} numbers")

/// The coupling coefficient by the 3j symbol, all doubled; 0 outside its domain.
let private coupling j1 m1 j2 m2 j m =
    if fits j1 m1 && fits j2 m2 && fits j m && m1 + m2 = m && isTriad j1 j2 j then
        let sign = if (j1 - j2 + m) / 2 % 2 = 0 then 1.0 else -1.0
        sign * sqrt (float (j + 1)) * threeJ [ j1; j2; j; m1; m2; -m ]
    else
        0.0

/// The coefficients ⟨j1 m1 j2 m2|J M⟩ of Condon and Shortley, all doubled: the state M = J is annihilated by J+, has unit norm and
/// ⟨j1 j1 j2 J−j1|J J⟩ > 0; J− makes the others.
let private ladder =
    let step j m = sqrt (float ((j - m) * (j + m + 2))) / 2.0

    memo (function
        | [ j1; m1; j2; m2; j; m ] ->
            // J+ of the sum of c(m1) |m1, J − m1⟩ is 0: c(m1) and c(m1 − 1) are in a fixed ratio.
            let top = min j1 (j + j2)

            let next (c, previous) m1 = (if previous > j1 then 1.0 else -c * step j2 (j - previous) / step j1 m1), m1

            let highest =
                [ for m1 in top .. -2 .. -j1 do if abs (j - m1) <= j2 then m1 ]
                |> List.scan next (1.0, j1 + 4)
                |> List.tail
                |> List.map (fun (c, m1) -> m1, c)

            let norm = sqrt (highest |> List.sumBy (fun (_, c) -> c * c))

            let lower (state: Map<int, float>) at =
                let c m1 = state |> Map.tryFind m1 |> Option.defaultValue 0.0

                [ for m1 in -j1 .. 2 .. j1 do
                      let m2 = at - 2 - m1

                      if abs m2 <= j2 then
                          let first = if m1 + 2 <= j1 then step j1 m1 * c (m1 + 2) else 0.0
                          let second = if m2 + 2 <= j2 then step j2 m2 * c m1 else 0.0
                          m1, (first + second) / step j (at - 2) ]
                |> Map.ofList

            let states = (Map.ofList [ for m1, c in highest -> m1, c / norm ], [ j .. -2 .. m + 2 ]) ||> List.fold lower
            if m1 + m2 = m then states[m1] else 0.0
        | _ -> nan)

/// The state of a scheme with magnetic number m, all doubled: its components along the products of its leaves' states.
let rec private state (label: Expression -> int) (scheme: Expression) (m: int) : Map<(string * int) list, float> =
    match scheme with
    | Name x -> Map.ofList [ [ x, m ], 1.0 ]
    | Coupled(left, right, _) ->
        let a, b, c = label left, label right, label scheme

        [ for m1 in -a .. 2 .. a do
              let weight = coupling a m1 b (m - m1) c m

              if weight <> 0.0 then
                  for KeyValue(x, u) in state label left m1 do
                      for KeyValue(y, v) in state label right (m - m1) -> List.sort (x @ y), weight * u * v ]
        |> List.groupBy fst
        |> List.map (fun (key, parts) -> key, List.sumBy snd parts)
        |> Map.ofList
    | _ -> raise (NoValue "a scheme is labels in parentheses")

/// Numbers that something is summed over: beyond them there is nothing that is not 0 at the points that are tried.
let private range (kind: string) =
    match kind with
    | "integers" -> [ for n in -20 .. 20 -> float n ]
    | "angular momenta" -> [ for n in 0 .. 16 -> float n / 2.0 ]
    | "sites" -> [ for n in 0 .. SiteCount - 1 -> float n ]
    | _ -> [ for n in -12 .. 12 -> float n / 2.0 ]

/// A product's factors, those that it is divided by with true; of anything else itself.
let private factors (e: Expression) =
    match e with
    | Product(x, rest) -> (false, x) :: rest
    | x -> [ false, x ]

/// A family's or a coupling's components: of two indices with their orders.
type private Components = { Orders: int * int; At: int -> int -> Value }

/// A point at which names have these values, too.
let private bind (p: Point) (pairs: (string * Value) seq) : Point =
    { p with Values = (p.Values, pairs) ||> Seq.fold (fun all (x, v) -> all.Add(x, v)) }

let private mapped (f: Complex -> Complex) (v: Value) =
    match v with
    | Outside
    | Pole -> v
    | _ -> Scalar(f (number v))

let rec private value (p: Point) (e: Expression) : Value =
    match e with
    | Number n -> Value.ofFloat (float n)
    | Name "i" -> Scalar Complex.ImaginaryOne
    | Name "pi" -> Value.ofFloat Math.PI
    | Name x ->
        match p.Values.TryFind x with
        | Some v -> v
        | None -> raise (NoValue $"{x} has no value")
    | Enclosed x -> value p x
    | Negative x -> Value.negate (value p x)
    | Sum(x, rest) ->
        let summand minus y = if minus then Value.negate (value p y) else value p y
        (value p x, rest) ||> List.fold (fun sum (minus, y) -> Value.add sum (summand minus y))
    | Factorial x ->
        let n = integer (value p x)
        if n > mostFactorial then raise TooLarge
        if n < 0 then Pole else Value.ofFloat (Seq.fold (fun f k -> f * float k) 1.0 (seq { 1..n }))
    | Power(x, y) ->
        let n = integer (value p y)
        let based = value p x

        if n >= 0 then Value.power based n
        else Scalar(Complex.One / number (Value.power based -n))
    | Product _ -> product p (factors e)
    | Over(kind, names, body) -> over id p kind names (factors body) []
    | Coefficient(monomial, body) ->
        let exponents = monomialOf p monomial
        Value.coefficient exponents (value (bind p [ for x in exponents.Keys -> x, Value.letter x ]) body)
    | Operator _ -> raise (NoValue "an operator with nothing behind it")
    | Overlap(bra, ket) ->
        let label (s: Expression) =
            match s with
            | Name "0" -> 0
            | Name x
            | Coupled(_, _, x) -> if x = "0" then 0 else twice (value p (Name x))
            | _ -> raise (NoValue "no scheme")

        let rec obeys s =
            match s with
            | Coupled(l, r, _) -> isTriad (label l) (label r) (label s) && obeys l && obeys r
            | _ -> true

        let j = label bra
        let m = j - 2 * (p.Magnetic % (j + 1))

        if not (obeys bra && obeys ket) then
            Outside
        elif label ket <> j then
            // States of different J are orthogonal.
            Value.zero
        else
            let left, right = state label bra m, state label ket m
            let along key u = u * (right |> Map.tryFind key |> Option.defaultValue 0.0)
            Value.ofFloat ((0.0, left) ||> Map.fold (fun sum key u -> sum + along key u))
    | ClebschGordan xs ->
        match xs |> List.map (value p >> twice) with
        | [ j1; m1; j2; m2; j; m ] as q when fits j1 m1 && fits j2 m2 && fits j m && isTriad j1 j2 j -> Value.ofFloat (ladder q)
        | _ -> Outside
    | Coupled _ -> raise (NoValue "a scheme is no number")
    | Call(("couple" | "join"), _) ->
        let components = family p e
        if components.Orders <> (0, 0) then raise (NoValue "more than one component")
        components.At 0 0
    | Call(name, rows) -> call p name (List.concat rows)

and private call p name (arguments: Expression list) : Value =
    match name, arguments with
    | "sqrt", [ x ] -> value p x |> mapped Complex.Sqrt
    | "conjugate", [ x ] -> value p x |> mapped Complex.Conjugate
    | "delta", [ x; y ] -> if number (value p x) = number (value p y) then Value.one else Value.zero
    | ("3j" | "6j"), _ ->
        let twice = arguments |> List.map (value p >> tryTwice)
        if List.forall Option.isSome twice then symbol name (List.choose id twice) else Outside
    | _ when p.Sites.ContainsKey name && arguments.Length = 1 -> p.Sites[name][integer (value p arguments.Head)]
    | _ ->
        if p.Definitions |> List.exists (fun (x, names, _, _) -> x = name && names.Length = arguments.Length) |> not then
            raise (NoValue $"nothing says what {name} is")

        let values = arguments |> List.map (value p)
        let compute () = defined p name values |> Option.map (fun (inner, body) -> value inner body)

        let known () =
            match values |> List.map Value.tryNumber with
            | numbers when List.forall Option.isSome numbers ->
                let key = name, List.map Option.get numbers

                match p.Known.TryGetValue key with
                | true, found -> found
                | _ ->
                    let found = compute ()
                    p.Known[key] <- found
                    found
            | _ -> compute ()

        if values |> List.contains Outside then Outside else known () |> Option.defaultValue Outside

/// What a function of these values is, and the point at which it is that: what is not an argument has the meaning that it has outside.
/// None outside its domain.
and private defined p name (values: Value list) : (Point * Expression) option =
    p.Definitions
    |> List.tryPick (fun (x, names, body, where) ->
        if x = name && names.Length = values.Length then
            let inner = bind p (List.zip names values)
            if where |> Option.forall (holds inner) then Some(inner, body) else None
        else
            None)

/// The exponents of a monomial's letters.
and private monomialOf p (e: Expression) : Map<string, int> =
    factors e
    |> List.map (fun (_, factor) ->
        match factor with
        | Name x -> x, 1
        | Power(Name x, y) -> x, integer (value p y)
        | _ -> raise (NoValue "a monomial is a product of letters"))
    |> Map.ofList

/// A product; 0 if a factor is outside its domain, whether or not the others have values.
and private product p (all: (bool * Expression) list) : Value =
    match all |> List.tryFindIndex (fun (_, x) -> x.IsOperator) with
    | Some at ->
        let before, after = List.splitAt at all
        let operator = match snd after.Head with Operator x -> x | other -> other
        let applied = applied p operator (Product(Number BigInteger.One, after.Tail))
        if before.IsEmpty then applied else Value.multiply (product p before) applied
    | None ->
        let mutable result, isZero, failure = Value.one, false, None

        for divided, x in all do
            if not isZero then
                try
                    match value p x with
                    | Outside -> isZero <- true
                    | Pole when divided -> isZero <- true
                    | Pole -> result <- Pole
                    | Scalar y when divided && y = Complex.Zero -> failure <- Some "a division by 0"
                    | y -> result <- Value.multiply result (if divided then Scalar(Complex.One / number y) else y)
                with NoValue why ->
                    failure <- Some why

        match failure with
        | _ when isZero -> Value.zero
        | Some why -> raise (NoValue why)
        | None -> result

/// An operator applied to what stands behind it.
and private applied p (operator: Expression) (operand: Expression) : Value =
    let letters = operator.Differentiated
    let numbers = letters |> List.map (fun x -> x, number (value p (Name x))) |> Map.ofList
    let formal = { bind p [ for x in letters -> x, Value.letter x ] with Known = Dictionary() }

    let rec apply (e: Expression) (f: Value) : Value =
        match e with
        | Enclosed x -> apply x f
        | Negative x -> Value.negate (apply x f)
        | Sum(x, rest) ->
            let summand minus y = if minus then Value.negate (apply y f) else apply y f
            (apply x f, rest) ||> List.fold (fun sum (minus, y) -> Value.add sum (summand minus y))
        | Product(x, rest) ->
            let step (divided, y) f = if divided then Value.multiply (Scalar(Complex.One / number (value formal y))) f else apply y f
            ((false, x) :: rest, f) ||> List.foldBack step
        | Call("diff", [ [ Name x ] ]) -> Value.derivative x f
        | other -> Value.multiply (value formal other) f

    apply operator (value formal operand) |> Value.put numbers

/// The sum over names of a product's values, of which those factors come first whose names are known.
and private over weighed p kind names (pending: (bool * Expression) list) (done': (bool * Expression) list) : Value =
    match names with
    | [] -> weighed (product p (done' @ pending))
    | name :: rest ->
        let isReady (_, x: Expression) = Set.isEmpty (Set.intersect x.Free (set rest))
        let ready, later = pending |> List.partition isReady

        (Value.zero, range kind)
        ||> List.fold (fun sum n ->
            let here = bind p [ name, Value.ofFloat n ]

            if rest.IsEmpty then
                Value.add sum (weighed (product here (done' @ pending)))
            else
                // Symbols that are 0 spare the rest.
                let isZero (divided, x) =
                    not divided
                    && (try value here x with NoValue _ -> Value.one) |> (fun v -> v = Value.zero || v = Outside)

                if ready |> List.exists isZero then sum
                else Value.add sum (over weighed here kind rest later (done' @ ready)))

/// Components of a family, of a family with its two indices joined, or of a coupling.
and private family p (e: Expression) : Components =
    let between (l: int) = [ -l .. 2 .. l ]

    match e with
    | Name x when p.Families.ContainsKey x ->
        let l, s, given = p.Families[x]

        let at m q =
            if p.Definitions |> List.exists (fun (y, names, _, _) -> y = x && names.Length = 2) then
                call p x [ Number(BigInteger(m / 2)); Number(BigInteger(q / 2)) ]
            else
                given[(m, q)]

        { Orders = l, s; At = at }
    | Call("join", [ [ x; j ] ]) ->
        let inner, j = family p x, twice (value p j)
        let l, s = inner.Orders

        let at m _ =
            [ for m1 in between l do
                  let c = coupling l m1 s (m - m1) j m
                  if c <> 0.0 then Value.multiply (Value.ofFloat c) (inner.At m1 (m - m1)) ]
            |> List.fold Value.add Value.zero

        { Orders = j, 0; At = at }
    | Call("couple", ([ [ x; y; _ ] ] | [ [ x; y ]; [ _; _ ] ] as rows)) ->
        let a, b, orders = family p x, family p y, List.concat rows |> List.skip 2 |> List.map (value p >> twice)
        let l, s = orders.Head, (if orders.Length > 1 then orders[1] else 0)
        let (la, sa), (lb, sb) = a.Orders, b.Orders

        let at m q =
            [ for m1 in between la do
                  let c = coupling la m1 lb (m - m1) l m

                  if c <> 0.0 then
                      for q1 in between sa do
                          let d = coupling sa q1 sb (q - q1) s q
                          if d <> 0.0 then Value.multiply (Value.ofFloat (c * d)) (Value.multiply (a.At m1 q1) (b.At (m - m1) (q - q1))) ]
            |> List.fold Value.add Value.zero

        { Orders = l, s; At = at }
    | _ -> raise (NoValue "no family")

/// Whether a condition is met.
and private holds p (c: Condition) : bool =
    match c with
    | Compared(x, sign, y) ->
        let x, y = number (value p x), number (value p y)
        if sign = ">=" then x.Real >= y.Real - 1e-9 elif sign = "=" then x = y else x <> y
    | AreNatural xs -> xs |> List.forall (fun x -> let n = twice (value p x) in n >= 0 && n % 2 = 0)
    | AreTriads triads ->
        triads |> List.forall (fun t ->
            match t |> List.map (value p >> twice) with
            | [ a; b; c ] -> isTriad a b c && min a (min b c) >= 0
            | _ -> false)
    | IsDefined(x, names) ->
        let isDefined p = match (try value p x with NoValue _ -> Value.zero) with Outside | Pole -> false | _ -> true

        match names with
        | [ t ] -> range "integers" |> List.exists (fun n -> isDefined (bind p [ t, Value.ofFloat n ]))
        | _ -> isDefined p
    | Both all -> all |> List.forall (holds p)
    | Either any -> any |> List.exists (holds p)

// ---- how large the summands of a formula are: sums of absolute values, beside which its value is compared

let rec private size (p: Point) (e: Expression) : float =
    /// Of what is summed in a product the summands count.
    let ofProduct p (all: (bool * Expression) list) =
        let isDefined name = p.Definitions |> List.exists (fun (x, _, _, _) -> x = name)
        let sums, rest = all |> List.partition (function _, Over _ -> true | false, Call(name, _) -> isDefined name | _ -> false)
        // What an operator acts on is what is added up.
        let rest = match rest |> List.tryFindIndexBack (fun (_, x) -> x.IsOperator) with Some at -> List.skip (at + 1) rest | None -> rest
        let outside = (try product p rest |> Value.tryNumber with NoValue _ -> None) |> Option.map Complex.Abs |> Option.defaultValue 0.0
        (outside, sums) ||> List.fold (fun s (_, x) -> s * size p x)

    match e with
    | Enclosed x
    | Negative x -> size p x
    | Sum(x, rest) -> size p x + (rest |> List.sumBy (snd >> size p))
    | Product _ -> ofProduct p (factors e)
    | Over(kind, names, body) ->
        let absolute = mapped (fun x -> Complex(Complex.Abs x, 0.0))
        over absolute p kind names (factors body) [] |> Value.tryNumber |> Option.map Complex.Abs |> Option.defaultValue 0.0
    | Call(name, rows) when p.Definitions |> List.exists (fun (x, _, _, _) -> x = name) ->
        match defined p name (List.concat rows |> List.map (value p)) with
        | Some(inner, body) -> size inner body
        | None -> 0.0
    // Orthogonality of states and symbols, beside 1.
    | Overlap _ -> 1.0
    | _ -> value p e |> Value.tryNumber |> Option.map Complex.Abs |> Option.defaultValue 0.0

// ---- points

let private normal (random: Random) = sqrt (-2.0 * log (1.0 - random.NextDouble())) * cos (2.0 * Math.PI * random.NextDouble())
let private normalised (v: float[]) = let n = sqrt (Array.sumBy (fun x -> x * x) v) in Array.map (fun x -> x / n) v

/// Triads that a condition asks for.
let rec private triadsOf (c: Condition) =
    match c with
    | AreTriads all -> all
    | Both all -> List.collect triadsOf all
    | _ -> []

/// Doubled numbers at which a symbol is defined.
let rec private quantumNumbers (random: Random) (symbol: string) : int list =
    let momentum () = random.Next 8
    let projection j = j - 2 * random.Next(j + 1)
    let third a b = abs (a - b) + 2 * random.Next(1 + min a b)
    let a, b = momentum (), momentum ()
    let c = third a b

    match symbol with
    | "D" -> [ a; projection a; projection a ]
    | "3j" ->
        let x, y = projection a, projection b
        if abs (x + y) <= c then [ a; b; c; x; y; -x - y ] else quantumNumbers random symbol
    | _ ->
        let f = momentum ()
        let d, e = third b f, third a f
        if isTriad d e c then [ a; b; c; d; e; f ] else quantumNumbers random symbol

/// A symbol of nothing but names of these in a sentence's laws, if there is one.
let private symbolOf (names: string list) (s: Sentence) : (string * string list) option =
    s.Laws
    |> Seq.collect (function
        | Equal sides -> sides |> List.collect _.Nodes
        | Becomes(x, y, _) -> x.Nodes @ y.Nodes)
    |> Seq.tryPick (function
        | Call(("3j" | "6j" | "D") as symbol, rows) ->
            let plain = List.concat rows |> List.choose (function Name x when List.contains x names -> Some x | _ -> None)
            if plain.Length = (if symbol = "D" then 3 else 6) && plain.Length = (List.concat rows).Length then Some(symbol, plain) else None
        | _ -> None)

/// Values of the names of a sentence, perhaps not such that its condition is met.
let private draw (random: Random) (s: Sentence) (defined: (string * string list * Expression * Condition option) list) : Point =
    let start =
        { Values = Map.empty
          Sites = Map.empty
          Families = Map.empty
          Definitions = defined
          Magnetic = random.Next 1000
          Known = Dictionary() }

    let triads = s.Where |> Option.map triadsOf |> Option.defaultValue []
    let set x (v: float) (p: Point) = bind p [ x, Value.ofFloat v ]

    /// What a triad leaves to a name whose others have values.
    let momentum (p: Point) x =
        let others =
            triads |> List.tryPick (fun t ->
                match t |> List.filter ((<>) (Name x)) with
                | [ a; b ] -> (try Some(twice (value p a), twice (value p b)) with _ -> None)
                | _ -> None)

        match others with
        | Some(a, b) -> float (abs (a - b) + 2 * random.Next(1 + min a b)) / 2.0
        | None -> float (random.Next 5) / 2.0

    let components (p: Point) (l: Expression) (s: Expression) =
        let l, s = twice (value p l), twice (value p s)
        l, s, Map.ofList [ for m in -l .. 2 .. l do for q in -s .. 2 .. s -> (m, q), Value.ofFloat (normal random) ]

    let step (p: Point) (kind: Kind) : Point =
        match kind with
        | Naturals names -> (p, names) ||> List.fold (fun p x -> set x (float (random.Next 5)) p)
        | Plain("integers", names) -> (p, names) ||> List.fold (fun p x -> set x (float (random.Next(-4, 7))) p)
        | Plain("angular momenta", names) -> (p, names) ||> List.fold (fun p x -> set x (momentum p x) p)
        | Plain("numbers", names) -> (p, names) ||> List.fold (fun p x -> set x (float (random.Next(1, 8) * (1 - 2 * random.Next 2)) / 4.0) p)
        | Plain("directions", names) ->
            let v = normalised (Array.init names.Length (fun _ -> normal random)) |> List.ofArray
            (p, List.zip names v) ||> List.fold (fun p (x, v) -> set x v p)
        | Plain("spinors", names) ->
            let v = normalised (Array.init (2 * names.Length) (fun _ -> normal random))
            let component' k = Scalar(Complex(v[2 * k], v[2 * k + 1]))
            bind p (names |> List.mapi (fun k x -> x, component' k))
        | Plain(kind, _) -> raise (NoValue $"there are no points of {kind}")
        | Halves(names, rules) ->
            let isInteger = random.Next 2 = 0
            let half () = if isInteger then float (random.Next(-3, 5)) else float (random.Next(-5, 8)) / 2.0
            let p = (p, names) ||> List.fold (fun p x -> set x (half ()) p)

            // Most numbers have symbols that are 0.
            let p =
                match symbolOf names s with
                | Some(symbol, places) when random.Next 4 > 0 ->
                    (p, List.zip places (quantumNumbers random symbol)) ||> List.fold (fun p (x, k) -> set x (float k / 2.0) p)
                | _ -> p

            (p, rules) ||> List.fold (fun p (x, e) -> bind p [ x, value p e ])
        | OfSites(kind, names) ->
            let at _ = Array.init names.Length (fun _ -> normal random) |> (if kind = "directions" then normalised else id)
            let values = List.init SiteCount at
            (p, List.indexed names) ||> List.fold (fun p (k, x) ->
                { p with Sites = p.Sites.Add(x, [| for v in values -> Value.ofFloat v[k] |]) })
        | Families(names, l, s) -> (p, names) ||> List.fold (fun p x -> { p with Families = p.Families.Add(x, components p l s) })

    (start, s.ForAll) ||> List.fold step

/// Not all is 0 at a point.
let private isTelling (s: Sentence) (p: Point) =
    s.Laws
    |> List.exists (function
        | Equal sides ->
            sides
            |> List.collect _.Summands
            |> List.exists (fun e -> try (let v = value p e in v <> Value.zero && v <> Outside) with NoValue _ | TooLarge -> true)
        | Becomes _ -> true)

/// Points of a sentence's domain, as many as are found in so many tries, those first at which not all is 0.
let points (random: Random) (count: int) (tries: int) (claim: Claim) (s: Sentence) : Point list =
    let inside =
        Seq.init tries (fun _ -> draw random s claim.Definitions)
        |> Seq.filter (fun p -> s.Where |> Option.forall (fun c -> try holds p c with TooLarge -> false))
        |> Seq.truncate (4 * count)
        |> Seq.map (fun p -> p, isTelling s p)
        |> Seq.cache

    let telling = inside |> Seq.filter snd |> Seq.truncate count |> List.ofSeq
    let others = if telling.Length < count then inside |> Seq.filter (snd >> not) |> List.ofSeq else []
    telling @ others |> List.truncate count |> List.map fst

/// Both sides of a law at a point where they differ.
let private difference (p: Point) (law: Law) : (Complex * Complex) option =
    let value p e =
        match value p e with
        | Outside -> Value.zero
        | Pole -> raise (NoValue "a factorial of a negative number")
        | v -> v

    let differ x y scale = Complex.Abs(x - y) > 1e-10 * scale

    match law with
    | Equal sides ->
        let values = sides |> List.map (fun e -> number (value p e), size p e)

        values
        |> List.pairwise
        |> List.tryPick (fun ((x, a), (y, b)) -> if differ x y (a + b + Complex.Abs x + Complex.Abs y) then Some(x, y) else None)
    | Becomes(x, y, changes) ->
        let images = changes |> List.map (fun (name, e) -> name, value p e)
        let moved = { bind p images with Known = Dictionary() }
        let x, y = number (value moved x), number (value p y)
        if differ x y (Complex.Abs x + Complex.Abs y + 1e-6) then Some(x, y) else None

/// What a point is, for people.
let print (p: Point) : string =
    let inPoint =
        p.Values
        |> Map.toSeq
        |> Seq.choose (fun (x, v) -> Value.tryNumber v |> Option.map (fun z -> if z.Imaginary = 0.0 then $"{x} = {z.Real}" else $"{x} = {z}"))

    String.Join(", ", inPoint)

/// The first law that is false at one of some points in the domain of each sentence, or why there is nothing to compare: a sentence without
/// a point, or without a value at one. None where all hold.
let counterexample (random: Random) (count: int) (statement: Statement) : string option =
    statement.Claims
    |> List.tryPick (fun claim ->
        claim.Sentences
        |> List.tryPick (fun s ->
            match points random count 20000 claim s with
            | [] -> Some "no point of the domain has been found"
            | found ->
                found
                |> List.tryPick (fun p ->
                    s.Laws
                    |> List.tryPick (fun law ->
                        try
                            difference p law |> Option.map (fun (x, y) -> $"at {print p} one side is {x} and another {y}")
                        with
                        | NoValue why -> Some $"at {print p}: {why}"
                        | TooLarge -> None))))
