using System;

namespace Toolkit.Numerics.Structures;

/// <summary>Comparison of property values by kind: NaN equals NaN, so that equality is an equivalence.</summary>
internal static class PropertyData
{
    internal static bool Equal(PropertyKind kind, Array left, Array right) => kind switch
    {
        PropertyKind.Real => ((double[])left).AsSpan().SequenceEqual((double[])right),
        PropertyKind.Integer => ((long[])left).AsSpan().SequenceEqual((long[])right),
        PropertyKind.Logical => ((bool[])left).AsSpan().SequenceEqual((bool[])right),
        _ => ((string[])left).AsSpan().SequenceEqual((string[])right),
    };
}
