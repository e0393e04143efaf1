using System.Collections.Generic;

namespace Toolkit.Numerics.Representations;

/// <summary>Every key that a specification may have: the sections in order. A section states its own keys beside how it is read.</summary>
internal static class SpecSchema
{
    internal const int MostRadial = 30;
    internal const int MostAngular = 30;

    // Coupling coefficients up to 20 are made in a second; their number grows with the fifth power.
    internal const int MostCoupled = 20;

    internal static IReadOnlyList<SpecNode> Root { get; } =
    [
        CutoffSection.Node,
        DensitySpec.Node,
        RadialSpec.Node,
        new SpecInteger("lmax", "the largest angular momentum", 6, 0, MostAngular),
        new SpecElements("species", "the elements that have channels; absent: those of the data", "those of the data"),
        AlchemicalSpec.Node,
        FieldsSection.Node,
        RepresentationSpec.Node,
        ModelSpec.Node,
    ];
}
