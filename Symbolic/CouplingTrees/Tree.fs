namespace Toolkit.Symbolic.CouplingTrees

open Toolkit.Symbolic.Proofs.Kernel

/// Which fields are expanded and in which order the coefficients are coupled.
type Tree =
    /// Expansion coefficients of a scalar field: Σ_j f(r_j) Y_lm(r_j).
    | Scalar of field: string * l: Order
    /// Those of a vector field, Σ_j f(r_j) Y_lm(r_j) v_j, with l and the vector's 1 coupled to J.
    | Vector of field: string * l: Order * j: Order
    /// Two families coupled to L.
    | Couple of Tree * Tree * l: Order
    /// The J-summed product of two vector fields' coefficients: their l coupled to L and the vectors multiplied, v·v'.
    | CoupleVectors of left: (string * Order) * right: (string * Order) * l: Order
    /// Any linear map on the channels of a family that is the same for every component: mixing, contraction, selection,
    /// weights.
    | Mapped of Tree
    /// Families of equal order and signs, added.
    | Sum of Tree list

    /// The order of the family: l of a scalar leaf, J of a vector leaf, L of a coupling.
    member this.Order =
        match this with
        | Scalar(_, order)
        | Vector(_, _, order)
        | Couple(_, _, order)
        | CoupleVectors(_, _, order) -> order
        | Mapped tree -> tree.Order
        | Sum trees -> trees.Head.Order

    /// The fields at the leaves, from left to right.
    member this.Fields: string list =
        match this with
        | Scalar(field, _)
        | Vector(field, _, _) -> [ field ]
        | Couple(left, right, _) -> left.Fields @ right.Fields
        | CoupleVectors((left, _), (right, _), _) -> [ left; right ]
        | Mapped tree -> tree.Fields
        | Sum trees -> trees |> List.collect _.Fields

    /// "couple(rho l1, rho l1, 0)".
    override this.ToString() =
        match this with
        | Scalar(field, l) -> $"{field} {l}"
        | Vector(field, l, j) -> $"{field} {l}→{j}"
        | Couple(left, right, l) -> $"couple({left}, {right}, {l})"
        | CoupleVectors((left, l1), (right, l2), l) -> $"couple({left} {l1}, {right} {l2}; {l}, 0)"
        | Mapped tree -> $"map({tree})"
        | Sum trees -> trees |> List.map string |> String.concat " + " |> sprintf "(%s)"

/// A tree with the fields that it is about: the content of one coupling-tree/1 file.
type CouplingTree =
    {
        /// The fields by name.
        Fields: Map<string, Field>
        /// The tree.
        Tree: Tree
    }

/// From trees to what the kernel speaks of.
[<AutoOpen>]
module TreeFamilies =

    type Family with

        /// The family that a coupling tree describes.
        static member OfTree(tree: Tree) : Family =
            match tree with
            | Scalar(field, l) -> SiteSum(field, l)
            | Vector(field, l, j) -> Joined(SiteSum(field, l), j)
            | Couple(left, right, l) -> Coupled(Family.OfTree left, Family.OfTree right, l)
            | CoupleVectors((left, l1), (right, l2), l) ->
                CoupledSeparately(SiteSum(left, l1), SiteSum(right, l2), l, Fixed 0)
            | Mapped tree -> Image(Family.OfTree tree)
            | Sum trees -> Total(List.map Family.OfTree trees)
