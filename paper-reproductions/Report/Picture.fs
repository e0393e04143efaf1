namespace Toolkit.Reproductions.Report

open System
open System.Globalization

/// Colours that people with any common colour vision tell apart (Okabe and Ito, 2008), readable on white and on black.
type Colour =
    /// That of the text around the picture.
    | Ink
    | Blue
    | Vermilion
    | Green
    | Purple
    | Orange
    | Sky

type Symbol =
    | Circle
    | Diamond
    | Square
    | Triangle

type Stroke =
    | Solid
    | Dashed

/// One thing that is drawn: it has the same looks in every panel and in the key.
type Series =
    { Name: string
      Colour: Colour
      /// At its points; none: a line alone.
      Symbol: Symbol option
      /// Between its points; none: points alone.
      Stroke: Stroke option }

type Axis =
    { Title: string
      /// The values at its ends.
      Range: float * float
      Logarithmic: bool
      /// Values with labels, and values without.
      Ticks: (float * string) list
      MinorTicks: float list }

/// What a panel shows; the first lies beneath the others. What is outside the axes is not drawn.
type Mark =
    /// The (x, y) of a series.
    | Curve of Series * (float * float) list
    /// x with the lower and the upper end of an area.
    | Band of Series * (float * float * float) list
    /// x with the lower and the upper end of an upright bar.
    | Bars of Series * (float * float * float) list
    /// All between two values of x, in grey.
    | Stripe of float * float
    /// A thin straight line between two points, such as a diagonal.
    | Guide of (float * float) * (float * float)

type Corner =
    | UpperLeft
    | LowerRight

type Panel =
    { /// May be empty.
      Title: string
      X: Axis
      Y: Axis
      Marks: Mark list
      /// A smaller panel in a corner where nothing else is, and how large it is as a fraction of this one.
      Inset: (Corner * float * Panel) option }

/// A drawing of panels in rows, under a key; sizes in pixels at which type is 12 high.
type Picture =
    { /// Titles of groups with what is in them. A title may be empty.
      Key: (string * Series list) list
      /// The width of the axes of a panel.
      Width: float
      /// The height of the axes and the panels from left to right. Rows of one picture have the same number of panels.
      Rows: (float * Panel list) list }

module Series =

    let points (name: string) (colour: Colour) (symbol: Symbol) : Series =
        { Name = name; Colour = colour; Symbol = Some symbol; Stroke = None }

    let line (name: string) (colour: Colour) (stroke: Stroke) : Series =
        { Name = name; Colour = colour; Symbol = None; Stroke = Some stroke }

    let joined (name: string) (colour: Colour) (symbol: Symbol) (stroke: Stroke) : Series =
        { Name = name; Colour = colour; Symbol = Some symbol; Stroke = Some stroke }

module Axis =

    let private invariant = CultureInfo.InvariantCulture

    let private plain (decimals: int) (x: float) =
        (if abs x < 0.5 * 10. ** float -decimals then 0. else x).ToString("F" + string decimals, invariant).Replace('-', '−')

    let private power (n: int) =
        let digit (c: char) = if c = '-' then '⁻' else "⁰¹²³⁴⁵⁶⁷⁸⁹"[int c - int '0']
        "10" + String.map digit (n.ToString invariant)

    let private steps = [ 1.; 2.; 5. ]

    /// A linear axis with up to about `count` labels, all of as many decimals.
    let linearOf (count: int) (title: string) (lo: float, hi: float) : Axis =
        let least = (hi - lo) / float count
        let magnitude = floor (log10 least)

        let step =
            [ for m in magnitude .. magnitude + 1. do
                  for s in steps -> s * 10. ** m ]
            |> List.find (fun s -> s >= 0.999 * least)

        let decimals = max 0 (int -(floor (log10 (1.0001 * step))))

        { Title = title
          Range = lo, hi
          Logarithmic = false
          Ticks = [ for k in ceil (lo / step - 1e-6) .. floor (hi / step + 1e-6) -> k * step, plain decimals (k * step) ]
          MinorTicks = [] }

    let linear title range = linearOf 7 title range

    let private general (x: float) = x.ToString("0.############", invariant)

    let private within (lo: float, hi: float) x = x >= 0.999999 * lo && x <= 1.000001 * hi

    /// A logarithmic axis with labels at the given values.
    let logarithmicAt (title: string) (range: float * float) (ticks: float list) : Axis =
        { Title = title
          Range = range
          Logarithmic = true
          Ticks = [ for t in ticks -> t, general t ]
          MinorTicks = [] }

    /// A logarithmic axis. Over up to one decade 1, 2, 3, 5 and 7 times powers of ten have labels, over up to two 1, 2 and 5 times
    /// them, then powers of ten alone, then some of them; all labels of an axis are decimal numbers, or all are powers.
    let logarithmic (title: string) (lo: float, hi: float) : Axis =
        let decades = log10 (hi / lo)
        let powers = [ int (floor (log10 (1.000001 * lo))) .. int (ceil (log10 (0.999999 * hi))) ]
        let value digit (n: int) = digit * 10. ** float n
        let inside = within (lo, hi)
        let all digits = [ for n in powers do for d in digits do if inside (value d n) then value d n ]
        let every = if decades > 10. then 3 elif decades > 5. then 2 else 1
        let readable x = x >= 0.00099 && x <= 1001.

        let labelled =
            if decades <= 2.05 then
                [ for x in all (if decades <= 1.05 then [ 1.; 2.; 3.; 5.; 7. ] else steps) -> x, general x ]
            else
                let shown = powers |> List.filter (fun n -> n % every = 0 && inside (value 1. n))
                let decimal = shown |> List.forall (value 1. >> readable)
                [ for n in shown -> value 1. n, (if decimal then general (value 1. n) else power n) ]

        { Title = title
          Range = lo, hi
          Logarithmic = true
          Ticks = labelled
          MinorTicks =
            (if decades <= 3.05 then all [ 1. .. 9. ] else all [ 1. ])
            |> List.filter (fun x -> labelled |> List.forall (fun (t, _) -> abs (t - x) > 1e-6 * x)) }

    /// What an axis is even in: the value or its logarithm.
    let at (axis: Axis) (value: float) : float = if axis.Logarithmic then log10 (max value 1e-300) else value

    /// The fraction of an axis that lies before a value.
    let place (axis: Axis) (value: float) : float =
        let lo, hi = at axis (fst axis.Range), at axis (snd axis.Range)
        (at axis value - lo) / (hi - lo)

    /// The same axis at a length in pixels, its ticks without those labels that would touch the label before them.
    let uncrowded (length: float) (gap: float) (extent: string -> float) (axis: Axis) : Axis =
        let step (last, ticks) (value, label) =
            let half = 0.5 * extent label
            let centre = length * place axis value
            if label <> "" && centre - half < last + gap then last, (value, "") :: ticks
            else (if label = "" then last else centre + half), (value, label) :: ticks

        { axis with Ticks = axis.Ticks |> List.sortBy (fst >> place axis) |> List.fold step (-infinity, []) |> snd |> List.rev }

    /// The next round number below or above x > 0, so that a logarithmic axis needs no whole decades.
    let roundNumber (up: bool) (x: float) : float =
        let power = 10. ** floor (log10 x)
        let steps = [ 1.; 2.; 3.; 5.; 7.; 10. ] |> List.map ((*) power)
        if up then List.find (fun s -> s >= 0.999999 * x) steps else List.findBack (fun s -> s <= 1.000001 * x) steps

    /// A logarithmic axis that holds all of some positive values, from one round number to another.
    let logarithmicOver (title: string) (values: float seq) : Axis =
        let lo, hi = roundNumber false (Seq.min values), roundNumber true (Seq.max values)
        logarithmic title (if hi > lo then lo, hi else 0.5 * lo, 2. * hi)

module Panel =

    let of' (title: string) (x: Axis) (y: Axis) (marks: Mark list) : Panel =
        { Title = title; X = x; Y = y; Marks = marks; Inset = None }

    /// The line y = x.
    let diagonal (axis: Axis) : Mark =
        let lo, hi = axis.Range
        Guide((lo, lo), (hi, hi))
