/// Figure: environments that differ although their correlations of low order do not, told apart by the next order.
module Toolkit.Reproductions.Nice2020.Degenerate

open System
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Nice
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Report

/// Two sets of places on a circle around a carbon atom, a hydrogen atom at each; place k is at the angle 2πk/n.
type Pair =
    { Name: string
      /// n.
      Places: int
      First: int list
      Second: int list
      /// The largest order of correlation that cannot tell them apart.
      Blind: int }

let pairs =
    [ { Name = "4 of 8 places"
        Places = 8
        First = [ 0; 1; 3; 4 ]
        Second = [ 0; 1; 2; 5 ]
        Blind = 2 }
      { Name = "9 of 18 places"
        Places = 18
        First = [ 0; 1; 2; 3; 5; 6; 7; 9; 13 ]
        Second = [ 0; 1; 4; 5; 6; 7; 8; 10; 12 ]
        Blind = 3 } ]

/// Where the places are and whose features are compared.
type View =
    /// The circle around the central atom.
    | Flat
    /// The circle above the central atom: bonds on a cone.
    | Cone
    /// Places above and below the plane in turn.
    | InTurn
    /// The flat circle, seen from the hydrogen atoms: their features summed, as an energy linear in them sees it.
    | FromOutside

let views = [ Flat; Cone; InTurn; FromOutside ]

let private viewName (view: View) =
    match view with
    | Flat -> "in plane"
    | Cone -> "above it"
    | InTurn -> "above and below in turn"
    | FromOutside -> "in plane, from H"

// Å. A width that keeps neighbouring places of 18 apart.
let private radius, height, cutoff, smoothing, sigma = 1.5, 0.6, 3.4, 0.8, 0.3

let orders = [ 1..4 ]

let angular = [ 1..4 ]

type Distance =
    { Pair: Pair
      View: View
      LMax: int
      Order: int
      /// |p − q| / |p| of all invariants of the order.
      Value: float }

/// Equal features to rounding, and features that differ for sure.
let equal, different = 1e-12, 1e-6

let private structure (pair: Pair) (view: View) (places: int list) : Structure =
    let up k =
        match view with
        | Flat | FromOutside -> 0.
        | Cone -> height
        | InTurn -> if k % 2 = 0 then height else -height

    let positions =
        [| 0.; 0.; 0.
           for k in places do
               let angle = 2. * Math.PI * float k / float pair.Places
               radius * cos angle
               radius * sin angle
               up k |]

    Structure.Create(ReadOnlySpan [| 6; yield! List.replicate places.Length 1 |], ReadOnlySpan positions)

let private distancesOf (pair: Pair) (lmax: int) : Distance list =
    let radial = RadialTable.Build(SmearedGto(GtoBasis(1, cutoff), lmax, cutoff, sigma), CutoffFunction(cutoff, smoothing))
    let expansion = DensityExpansion(radial, [ 1; 6 ], CentrePolicy.Exclude)
    let most = List.last orders
    // Every λ that products of half of the factors reach: no correlation is cut off.
    let settings = NiceSettings.Uncontracted(most, Nullable(most / 2 * lmax))
    let first, second = structure pair Flat pair.First, structure pair Flat pair.Second
    let features = NiceFeatures(expansion, NiceFit.Fit(expansion, settings, [ first; second ]))
    let n = features.FeatureCount

    let seen view places =
        let structure = structure pair view places
        let values = features.Compute structure
        let atoms = if view = FromOutside then [ 1 .. structure.Count - 1 ] else [ 0 ]
        Array.init n (fun k -> atoms |> List.sumBy (fun i -> values[i * n + k]))

    [ for view in views do
          let p, q = seen view pair.First, seen view pair.Second

          for order in orders do
              let own = [ for k in 0 .. n - 1 do if features.Labels[k][0] = order then p[k], q[k] ]

              { Pair = pair
                View = view
                LMax = lmax
                Order = order
                Value = sqrt (List.sumBy (fun (a, b) -> (a - b) * (a - b)) own / List.sumBy (fun (a, _) -> a * a) own) } ]

let distances () : Distance list =
    [ for pair in pairs do for lmax in angular do yield! distancesOf pair lmax ]

let private find (all: Distance list) pair view lmax order =
    (all |> List.find (fun d -> (d.Pair, d.View, d.LMax, d.Order) = (pair, view, lmax, order))).Value

/// That the orders see what arithmetic says, from the central atom and with lmax = 3 at least.
let check (all: Distance list) : Check =
    Check.run
        "Environments that are equal in all correlations up to an order have equal invariants up to it, and different ones at the next order"
        (fun () ->
            let enough = all |> List.filter (fun d -> d.View = Flat && d.LMax >= 3)
            let blind, next = enough |> List.partition (fun d -> d.Order <= d.Pair.Blind)
            let next = next |> List.filter (fun d -> d.Order = d.Pair.Blind + 1)
            let worst, least = blind |> List.map _.Value |> List.max, next |> List.map _.Value |> List.min
            worst < equal && least > different, $"largest distance {worst:E1} up to the order, least {least:E1} at the next")

let private lowest = 1e-17

let private word (x: float) = if x < equal then "less than 1e-12" else x.ToString("G2", Globalization.CultureInfo.InvariantCulture)

let figure (all: Distance list) : Figure =
    let find = find all
    let most = List.last angular
    let colours = [ Sky; Blue; Green; Vermilion ]
    let symbols = [ Square; Triangle; Diamond; Circle ]
    let byLMax = [ for lmax, colour, symbol in List.zip3 angular colours symbols -> lmax, Series.joined $"{lmax}" colour symbol Solid ]

    let byView =
        [ for view, colour, symbol in List.zip3 views [ Vermilion; Blue; Green; Purple ] [ Circle; Diamond; Triangle; Square ] ->
              view, Series.joined (viewName view) colour symbol (if view = FromOutside then Dashed else Solid) ]

    let x =
        { Axis.linear "order ν" (0.8, 4.2) with
            Ticks = [ for order in orders -> float order, string order ] }

    let y = Axis.logarithmic "distance |p − q| / |p|" (lowest, 10.)
    let points pair view lmax = [ for order in orders -> float order, max lowest (find pair view lmax order) ]

    let panels draw = [ for pair in pairs -> Panel.of' pair.Name x y (draw pair) ]

    let says (pair: Pair) =
        let at order = word (find pair Flat most order)
        $"{pair.Name}: {at pair.Blind} at ν = {pair.Blind} and {at (pair.Blind + 1)} at ν = {pair.Blind + 1} with lmax = {most}"

    let needed pair =
        let seeing = angular |> List.filter (fun lmax -> find pair Flat lmax (pair.Blind + 1) > different)
        if seeing.IsEmpty then "no lmax of these sees it" else $"lmax ≥ {List.min seeing} sees it"

    // Orders from which on each view tells a pair apart.
    let opens view pair = orders |> List.tryFind (fun order -> find pair view most order > different)
    let order view pair = match opens view pair with Some o -> $"ν = {o}" | None -> "none of these orders"

    let alike =
        [ Cone; InTurn ] |> List.forall (fun view -> pairs |> List.forall (fun pair -> opens view pair = opens Flat pair))

    let relatives =
        if alike then
            "Lifting the circle off the plane of the central atom, or its places above and below it in turn, changes nothing of that"
        else
            [ for view in [ Cone; InTurn ] do for pair in pairs -> $"{pair.Name} {viewName view}: {order view pair}" ]
            |> String.concat "; "

    let outside = pairs |> List.map (fun pair -> $"{order FromOutside pair} ({pair.Name})") |> String.concat " and "

    let found = pairs |> List.map says |> String.concat "; "

    { Id = "degenerate-environments"
      Title = "What an order of correlation cannot see"
      Caption =
        "Distances between the invariants of two environments, for each order ν by itself, all products without contraction. A carbon "
        + $"atom has hydrogen atoms at some of n equally spaced places on a circle of {radius} Å: "
        + (pairs
           |> List.map (fun p ->
               let list (places: int list) = places |> List.map string |> String.concat ", "
               $"n = {p.Places}, places {list p.First} or {list p.Second}")
           |> String.concat "; ")
        + $". Above: from the carbon atom, by lmax. Below: lmax = {most}, the circle in the plane of the carbon atom, {height} Å above "
        + $"it, and its places {height} Å above and below it in turn; and in plane, the sums of the hydrogen atoms' features. One radial function, σ = {sigma} Å, cutoff {cutoff} Å. Distances below {lowest:``0e-0``} "
        + "are drawn at the lower end."
      Conclusion =
        $"{found}. For the first pair {needed pairs[0]}, for the second {needed pairs[1]}. {relatives}. "
        + $"The sums over the hydrogen atoms differ from {outside} on: a structure is harder to confuse than one environment of it."
      Table =
        Table.Create(
            [ "environments"; "view"; "lmax"; "nu"; "distance" ],
            [ for d in all -> [ Text d.Pair.Name; Text(viewName d.View); Whole d.LMax; Whole d.Order; Number d.Value ] ]
        )
      Picture =
        { Key = [ "lmax", List.map snd byLMax; "circle", List.map snd byView ]
          Width = 320.
          Rows =
            [ 210., panels (fun pair -> [ for lmax, series in byLMax -> Curve(series, points pair Flat lmax) ])
              210., panels (fun pair -> [ for view, series in byView -> Curve(series, points pair view most) ]) ] } }
