namespace Toolkit.Numerics.Structures;

/// <summary>What a property's entries are.</summary>
public enum PropertyKind
{
    /// <summary>64-bit floating-point numbers.</summary>
    Real,

    /// <summary>64-bit integers.</summary>
    Integer,

    /// <summary>Truth values.</summary>
    Logical,

    /// <summary>Strings.</summary>
    Text,

    /// <summary>One JSON text (an object, or an array that is no regular array of one kind); only per structure.</summary>
    Json,
}
