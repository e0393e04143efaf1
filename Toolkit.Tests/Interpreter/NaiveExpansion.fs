/// Coefficients of density and vectors around one atom as CONVENTIONS.md defines them, by plain loops over atoms and their
/// images. It shares no code with the library's expansion; the radial functions g_nl(r) are the library's own definitions
/// (IRadialFunctions, which have tests of their own), their cutoff, scaling, contraction and mixing are stated here anew.
module Toolkit.Tests.Interpreter.NaiveExpansion

open System
open System.Collections.Generic
open System.IO
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures

/// What labels say of a channel: species (or the number of a pseudo-species, or −1 for the centre's own) and n.
type Channel = int * int

/// The coefficients around one atom.
type Coefficients =
    { LMax: int
      /// Density: c[l][m].
      Density: Dictionary<Channel, float[][]>
      /// Vector fields in their order, components in the order (y, z, x): c[l][q][m].
      Vectors: Dictionary<Channel, float[][][]> list }

let private basis (spec: Spec) (source: string) : RadialBasis =
    match spec.Radial.Kind with
    | RadialKind.Gto -> GtoBasis(spec.Radial.NMax.Value, spec.Cutoff.Radius)
    | RadialKind.Laplacian -> LaplacianBasis(spec.Radial.NMax.Value, spec.LMax, spec.Cutoff.Radius)
    | RadialKind.Monomial -> MonomialBasis(spec.Radial.NMax.Value, spec.Cutoff.Radius)
    | _ -> TabulatedBasis.Read(Path.Combine(nonNull (Path.GetDirectoryName source), nonNull spec.Radial.File))

/// f(r): one up to radius − smoothing, then the fall of its kind to zero at the radius.
let private cutoff (spec: Spec) (r: float) =
    let c = spec.Cutoff
    let t = (r - (c.Radius - c.Smoothing)) / c.Smoothing

    if t <= 0. then 1.
    elif t >= 1. then 0.
    else
        match c.Kind with
        | CutoffKind.ShiftedCosine -> 0.5 * (1. + cos (Math.PI * t))
        | _ -> 1. - 10. * t ** 3. + 15. * t ** 4. - 6. * t ** 5.

/// u(r) = rate/(rate + (r/scale)^exponent).
let private scaling (spec: Spec) (r: float) =
    match spec.Radial.Scaling with
    | null -> 1.
    | s -> s.Rate / (s.Rate + Math.Pow(r / s.Scale, float s.Exponent))

/// g[l][n](r), contracted where the specification says so, times f(r) u(r).
let private radial (spec: Spec) (source: string) : float -> float[][] =
    let functions = DensityProjection.Create(basis spec source, spec.LMax, spec.Cutoff.Radius, spec.Density.Sigma)
    let nmax = functions.NMax

    fun r ->
        let values, first, second =
            Array.zeroCreate ((spec.LMax + 1) * nmax), Array.zeroCreate ((spec.LMax + 1) * nmax), Array.zeroCreate ((spec.LMax + 1) * nmax)
        functions.Evaluate(r, Span values, Span first, Span second)

        Array.init (spec.LMax + 1) (fun l ->
            let g = values[l * nmax .. (l + 1) * nmax - 1]

            let contracted =
                match spec.Radial.Contraction with
                | null -> g
                | contraction ->
                    let w = nonNull contraction.Weights
                    let rows = w.Weights(l).ToArray() |> Array.chunkBySize nmax
                    rows |> Array.map (fun row -> Array.fold2 (fun sum a b -> sum + a * b) 0. row g)

            contracted |> Array.map (fun x -> cutoff spec r * scaling spec r * x))

/// Every atom and image within the cutoff: its number and its place seen from the centre.
let private neighbours (spec: Spec) (s: Structure) (centre: int) : (int * (float * float * float)) list =
    let r = s.Positions.ToArray()

    let h =
        match s.Cell with
        | null -> Array.zeroCreate 9
        | cell -> cell.Vectors.ToArray()

    // So many images that every place within the cutoff is among them: atoms lie up to a cell outside the cell.
    let images =
        let reach d =
            if not s.Periodic[d] then
                0
            else
                let row k = [| h[3 * k]; h[3 * k + 1]; h[3 * k + 2] |]
                let a, b = row ((d + 1) % 3), row ((d + 2) % 3)
                let normal = [| a[1] * b[2] - a[2] * b[1]; a[2] * b[0] - a[0] * b[2]; a[0] * b[1] - a[1] * b[0] |]
                let length = sqrt (Array.sumBy (fun x -> x * x) normal)
                let height = abs (Array.fold2 (fun sum x y -> sum + x * y) 0. normal (row d)) / length
                int (ceil (spec.Cutoff.Radius / height)) + 3

        let range d = let n = reach d in [ -n .. n ]
        [ for a in range 0 do for b in range 1 do for c in range 2 -> float a, float b, float c ]

    [ for j in 0 .. s.Count - 1 do
          for a, b, c in images do
              if j <> centre || (a, b, c) <> (0., 0., 0.) then
                  let at k = r[3 * j + k] - r[3 * centre + k] + a * h[k] + b * h[3 + k] + c * h[6 + k]
                  let x, y, z = at 0, at 1, at 2

                  if sqrt (x * x + y * y + z * z) < spec.Cutoff.Radius then
                      j, (x, y, z) ]

/// The vectors (y, z, x) of a field's atoms; zero where the species carries none. One number is along the axis, z where none is said.
let private vectors (field: VectorFieldSpec) (s: Structure) : float[][] =
    let key = match field.Key with null -> field.Name | key -> key
    let values = s.AtomProperties[key]
    let reals = values.ToReals()

    Array.init s.Count (fun i ->
        let carries = match field.Species with null -> true | all -> Seq.contains s.Species[i] all

        if not carries then [| 0.; 0.; 0. |]
        elif values.Components = 1 then
            match field.Axis with
            | null -> [| 0.; reals[i]; 0. |]
            | axis ->
                let length = sqrt (axis |> Seq.sumBy (fun x -> x * x))
                [| for q in [ 1; 2; 0 ] -> axis[q] / length * reals[i] |]
        else [| reals[3 * i + 1]; reals[3 * i + 2]; reals[3 * i] |])

/// The coefficients around an atom.
/// spec: with the weights of its contraction; source: where its table of radial functions is found beside; species: those that
/// have channels; mixing: the shares of a species in the pseudo-species, where species are mixed.
let coefficients (spec: Spec) (source: string) (species: int list) (mixing: (int -> float[]) option) : Structure -> int -> Coefficients =
    let g = radial spec source
    let atZero = g 0.
    let lmax, nmax = spec.LMax, atZero[0].Length
    let harmonics = Array.init (lmax + 1) NaiveHarmonics.ofDirection
    let y00 = 1. / sqrt (4. * Math.PI)

    fun s centre ->
        let found =
            neighbours spec s centre
            |> List.map (fun (j, (x, y, z as place)) -> j, g (sqrt (x * x + y * y + z * z)), Array.map (fun f -> f place) harmonics)

        let own = s.Species[centre]

        let density = Dictionary<Channel, float[][]>()
        let bySpecies = Dictionary<Channel, float[][]>()

        for a in species do
            for n in 0 .. nmax - 1 do
                let c = Array.init (lmax + 1) (fun l -> Array.zeroCreate (2 * l + 1))

                for j, g, y in found do
                    if s.Species[j] = a then
                        for l in 0..lmax do
                            for m in 0 .. 2 * l do
                                c[l][m] <- c[l][m] + g[l][n] * y[l][m]

                if spec.Density.Centre = CentrePolicy.Include && own = a then
                    c[0][0] <- c[0][0] + atZero[0][n] * y00

                bySpecies[(a, n)] <- c

        match mixing with
        | None ->
            for entry in bySpecies do
                density[entry.Key] <- entry.Value
        | Some shares ->
            for alpha in 0 .. (shares species.Head).Length - 1 do
                for n in 0 .. nmax - 1 do
                    density[(alpha, n)] <-
                        Array.init (lmax + 1) (fun l ->
                            Array.init (2 * l + 1) (fun m ->
                                species
                                |> List.sumBy (fun a -> (let share = shares a in share[alpha]) * (let c = bySpecies[(a, n)] in c[l][m]))))

        if spec.Density.Centre = CentrePolicy.Separate then
            for n in 0 .. nmax - 1 do
                density[(-1, n)] <-
                    Array.init (lmax + 1) (fun l -> Array.init (2 * l + 1) (fun _ -> if l = 0 then atZero[0][n] * y00 else 0.))

        let ofField (field: VectorFieldSpec) =
            let v = vectors field s
            let all = Dictionary<Channel, float[][][]>()

            for a in species do
                if
                    (match field.Species with
                     | null -> true
                     | carriers -> Seq.contains a carriers)
                then
                    for n in 0 .. nmax - 1 do
                        let c = Array.init (lmax + 1) (fun l -> Array.init 3 (fun _ -> Array.zeroCreate (2 * l + 1)))

                        for j, g, y in found do
                            if s.Species[j] = a then
                                for l in 0..lmax do
                                    for q in 0..2 do
                                        let row = (c[l]).[q]

                                        for m in 0 .. 2 * l do
                                            row[m] <- row[m] + v[j][q] * g[l][n] * y[l][m]

                        if field.Centre = CentrePolicy.Include && own = a then
                            for q in 0..2 do
                                let row = (c[0]).[q]
                                row[0] <- row[0] + v[centre][q] * atZero[0][n] * y00

                        all[(a, n)] <- c

            if field.Centre = CentrePolicy.Separate then
                // Its radial function is one.
                all[(-1, 0)] <-
                    Array.init (lmax + 1) (fun l ->
                        Array.init 3 (fun q -> Array.init (2 * l + 1) (fun _ -> if l = 0 then v[centre][q] * y00 else 0.)))

            all

        { LMax = lmax; Density = density; Vectors = spec.Fields |> Seq.map ofField |> List.ofSeq }
