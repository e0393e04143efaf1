/// Coupling trees as the slow interpreter takes them: coupling-tree/1 read and written without the readers of Symbolic or
/// Numerics, and what follows from a tree: its order λ and its signs.
module Toolkit.Tests.Interpreter.TreeModel

open System.Text.Json

/// An angular momentum: a number or a name that stands for one throughout the tree.
type Order =
    | Known of int
    | Name of string

type Field = { Rank: int; Axial: bool; TimeOdd: bool }

type Node =
    /// Coefficients of a field; J for a vector field that is not under a SumJ.
    | Leaf of field: string * l: Order * j: Order option
    /// couple(A, B, L).
    | Couple of Node * Node * l: Order
    /// Two vector leaves multiplied as v·v′: Σ_q couple(c^q, c′^q, L).
    | SumJ of left: (string * Order) * right: (string * Order) * l: Order
    /// A linear map on the channels, the same for every m.
    | Map of Node
    /// Nodes of equal λ and signs added, channel by channel.
    | Sum of Node list

type Tree =
    { Fields: Map<string, Field>
      Root: Node }

/// The order and the signs under the inversion, P = σ (−1)^λ, and under time reversal.
type Signature = { Lambda: int; Inversion: int; Time: int }
    with
        /// σ.
        member s.Sigma = if s.Lambda % 2 = 0 then s.Inversion else -s.Inversion

let private sign isOdd = if isOdd then -1 else 1

/// λ, parity and time sign of a node whose orders are numbers; an error where the triangle rule or a sum is broken.
let rec signature (fields: Map<string, Field>) (node: Node) : Signature =
    let number order =
        match order with
        | Known n -> n
        | Name name -> failwith $"the order {name} has no number"

    let leaf (name: string) l =
        let f = fields[name]

        { Lambda = l
          Inversion = sign (l % 2 = 1) * sign (if f.Rank = 1 then not f.Axial else f.Axial)
          Time = sign f.TimeOdd }

    let triangle a b l = if l < abs (a - b) || l > a + b then failwith $"{a} and {b} do not couple to {l}"

    match node with
    | Leaf(name, l, None) -> leaf name (number l)
    | Leaf(name, l, Some j) ->
        triangle (number l) 1 (number j)
        { leaf name (number l) with Lambda = number j }
    | SumJ((a, la), (b, lb), l) ->
        let a, b = leaf a (number la), leaf b (number lb)
        triangle a.Lambda b.Lambda (number l)
        { Lambda = number l; Inversion = a.Inversion * b.Inversion; Time = a.Time * b.Time }
    | Couple(a, b, l) ->
        let a, b = signature fields a, signature fields b
        triangle a.Lambda b.Lambda (number l)
        { Lambda = number l; Inversion = a.Inversion * b.Inversion; Time = a.Time * b.Time }
    | Map inner -> signature fields inner
    | Sum nodes ->
        match nodes |> List.map (signature fields) |> List.distinct with
        | [ one ] -> one
        | several -> failwith $"a sum of different kinds {several}"

/// The leaves from left to right: field, l, J, and whether they stand under a SumJ.
let rec leaves (node: Node) : (string * Order * Order option) list =
    match node with
    | Leaf(f, l, j) -> [ f, l, j ]
    | SumJ((a, la), (b, lb), _) -> [ a, la, None; b, lb, None ]
    | Couple(a, b, _) -> leaves a @ leaves b
    | Map inner -> leaves inner
    | Sum nodes -> List.collect leaves nodes

/// The number of factors of a product; a sum has that of its largest term.
let rec order (node: Node) : int =
    match node with
    | Leaf _ -> 1
    | SumJ _ -> 2
    | Couple(a, b, _) -> order a + order b
    | Map inner -> order inner
    | Sum nodes -> nodes |> List.map order |> List.max

/// The tree with numbers in place of names.
let rec bind (names: Map<string, int>) (node: Node) : Node =
    let number order =
        match order with
        | Name name -> Known names[name]
        | known -> known

    match node with
    | Leaf(f, l, j) -> Leaf(f, number l, Option.map number j)
    | SumJ((a, la), (b, lb), l) -> SumJ((a, number la), (b, number lb), number l)
    | Couple(a, b, l) -> Couple(bind names a, bind names b, number l)
    | Map inner -> Map(bind names inner)
    | Sum nodes -> Sum(List.map (bind names) nodes)

/// Whether a tree of numbers is one of those that a tree with names stands for.
let stands (general: Tree) (particular: Tree) : bool =
    let number names order n =
        match order, n with
        | Known k, Known n -> if k = n then Some names else None
        | Name name, Known n ->
            match Map.tryFind name names with
            | None -> Some(Map.add name n names)
            | Some k -> if k = n then Some names else None
        | _ -> None

    let rec go names (g: Node) (p: Node) : Map<string, int> option =
        match g, p with
        | Leaf(f, l, j), Leaf(f', l', j') when f = f' ->
            match number names l l', j, j' with
            | names, None, None -> names
            | Some names, Some j, Some j' -> number names j j'
            | _ -> None
        | SumJ((a, la), (b, lb), l), SumJ((a', la'), (b', lb'), l') when a = a' && b = b' ->
            number names la la' |> Option.bind (fun names -> number names lb lb') |> Option.bind (fun names -> number names l l')
        | Couple(a, b, l), Couple(a', b', l') ->
            go names a a' |> Option.bind (fun names -> go names b b') |> Option.bind (fun names -> number names l l')
        | Map inner, Map inner' -> go names inner inner'
        | Sum nodes, Sum nodes' when nodes.Length = nodes'.Length ->
            List.fold2 (fun names a b -> Option.bind (fun names -> go names a b) names) (Some names) nodes nodes'
        | _ -> None

    (go Map.empty general.Root particular.Root).IsSome
    && leaves particular.Root |> List.forall (fun (name, _, _) -> Map.tryFind name general.Fields = Some particular.Fields[name])

/// Reads coupling-tree/1.
let parse (json: string) : Tree =
    use document = JsonDocument.Parse(json, JsonDocumentOptions(MaxDepth = 512))
    let root = document.RootElement

    if root.GetProperty("format").GetString() <> "coupling-tree/1" then
        failwith $"not a coupling tree: {json}"

    let fields =
        Map.ofList
            [ for p in root.GetProperty("fields").EnumerateObject() do
                  let rank =
                      match p.Value.TryGetProperty "rank" with
                      | true, rank -> rank.GetInt32()
                      | _ -> 0

                  p.Name,
                  { Rank = rank
                    Axial = p.Value.GetProperty("parity").GetString() = "axial"
                    TimeOdd = p.Value.GetProperty("time").GetString() = "odd" } ]

    let order (e: JsonElement) =
        if e.ValueKind = JsonValueKind.Number then Known(e.GetInt32()) else Name(nonNull (e.GetString()))

    let tryOrder (e: JsonElement) (key: string) =
        match e.TryGetProperty key with
        | true, value -> Some(order value)
        | _ -> None

    let rec node (e: JsonElement) =
        match e.TryGetProperty "couple", e.TryGetProperty "map", e.TryGetProperty "sum" with
        | (true, pair), _, _ ->
            let l = order (e.GetProperty "L")

            match e.TryGetProperty "sumJ", node pair[0], node pair[1] with
            | (true, flag), Leaf(a, la, _), Leaf(b, lb, _) when flag.GetBoolean() -> SumJ((a, la), (b, lb), l)
            | (true, flag), _, _ when flag.GetBoolean() -> failwith "sumJ on what is no pair of leaves"
            | _, a, b -> Couple(a, b, l)
        | _, (true, inner), _ -> Map(node inner)
        | _, _, (true, nodes) -> Sum [ for n in nodes.EnumerateArray() -> node n ]
        | _ -> Leaf(nonNull (e.GetProperty("leaf").GetString()), order (e.GetProperty "l"), tryOrder e "J")

    { Fields = fields
      Root = node (root.GetProperty "tree") }

/// Writes coupling-tree/1.
let write (tree: Tree) : string =
    let order o =
        match o with
        | Known n -> string n
        | Name name -> $"\"{name}\""

    let rec node n =
        match n with
        | Leaf(f, l, None) -> $"{{\"leaf\":\"{f}\",\"l\":{order l}}}"
        | Leaf(f, l, Some j) -> $"{{\"leaf\":\"{f}\",\"l\":{order l},\"J\":{order j}}}"
        | Couple(a, b, l) -> $"{{\"couple\":[{node a},{node b}],\"L\":{order l}}}"
        | SumJ((a, la), (b, lb), l) ->
            $"{{\"couple\":[{node (Leaf(a, la, None))},{node (Leaf(b, lb, None))}],\"L\":{order l},\"sumJ\":true}}"
        | Map inner -> $"{{\"map\":{node inner}}}"
        | Sum nodes -> "{\"sum\":[" + String.concat "," (List.map node nodes) + "]}"

    let field (name: string, f: Field) =
        let rank = if f.Rank = 0 then "" else $"\"rank\":{f.Rank},"
        let parity = if f.Axial then "axial" else "polar"
        let time = if f.TimeOdd then "odd" else "even"
        $"\"{name}\":{{{rank}\"parity\":\"{parity}\",\"time\":\"{time}\"}}"

    let used = leaves tree.Root |> List.map (fun (f, _, _) -> f) |> Set.ofList
    let fields = tree.Fields |> Map.toList |> List.filter (fun (name, _) -> used.Contains name) |> List.map field |> String.concat ","
    $"{{\"format\":\"coupling-tree/1\",\"fields\":{{{fields}}},\"tree\":{node tree.Root}}}"
