using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Tensors;

/// <summary>What a model of dipoles or tensors says of one structure.</summary>
/// <param name="Values">The dipole, <c>[xyz]</c>, or the tensor, <c>[xyz, xyz]</c> row-major; in the unit of the labels.</param>
/// <param name="Atoms">What each atom adds to it: <c>[atom, xyz]</c> or <c>[atom, xyz, xyz]</c>.</param>
public sealed record TensorPrediction(double[] Values, double[] Atoms)
{
    /// <summary>The derivatives by positions, where they were asked for: of a dipole <c>[atom, xyz of the displacement, xyz of the
    /// dipole]</c>, its
    /// Born charges, e; of a tensor <c>[atom, xyz of the displacement, xyz, xyz]</c>, per Å.</summary>
    public double[]? Derivatives { get; init; }

    /// <summary>The structure with what is predicted: NAME, atomic_NAME, and where derivatives are there born_charges (of a dipole) or
    /// derivatives_NAME.</summary>
    /// <param name="structure">The structure; what it has under these names is replaced.</param>
    /// <param name="name">dipole, polarizability ….</param>
    /// <param name="prefix">Before every name.</param>
    public Structure Label(Structure structure, string name, string prefix = "")
    {
        System.ArgumentNullException.ThrowIfNull(structure);
        bool isDipole = Values.Length == 3;
        Structure labelled = structure
            .WithProperty(prefix + name, isDipole ? PropertyValue.Real(Values, 3) : PropertyValue.Real(Values, 3, 3))
            .WithAtomProperty($"{prefix}atomic_{name}", PropertyArray.Real(Atoms, Values.Length));
        return Derivatives is null
            ? labelled
            : labelled.WithAtomProperty(
                prefix + (isDipole ? "born_charges" : "derivatives_" + name), PropertyArray.Real(Derivatives, 3 * Values.Length));
    }
}
