namespace Toolkit.Numerics.Representations;

/// <summary>How the vectors of a field are joined to the directions of the atoms that carry them.</summary>
public enum FieldCoupling
{
    /// <summary>l and the vector's 1 are coupled to each J: invariant when atoms and vectors are rotated together. What
    /// spin–orbit coupling makes of the energy can be expressed.</summary>
    Resolved,

    /// <summary>Vectors are only ever multiplied as v·v': invariant also when the vectors alone are rotated. There is no
    /// spin–orbit coupling in the energy.</summary>
    Summed,

    /// <summary>Both sets, without what stands in both.</summary>
    Both,
}
