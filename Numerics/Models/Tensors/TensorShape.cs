using System;
using Toolkit.Numerics.Learning;
using Toolkit.Numerics.Representations;

namespace Toolkit.Numerics.Models.Tensors;

/// <summary>Dipoles and symmetric tensors as what turns like harmonics, and back: the numbers of all orders λ stand side by side.</summary>
internal static class TensorShape
{
    /// <summary>The orders λ of a target.</summary>
    public static int[] Orders(ModelTarget target) => target == ModelTarget.Dipole ? [1] : [0, 2];

    /// <summary>Numbers of all orders.</summary>
    public static int Spherical(ModelTarget target) => target == ModelTarget.Dipole ? 3 : SymmetricTensor.Count;

    /// <summary>Cartesian numbers.</summary>
    public static int Cartesian(ModelTarget target) => target == ModelTarget.Dipole ? 3 : 9;

    /// <summary>From Cartesian numbers; Y_1 turns like (y, z, x).</summary>
    public static double[] ToSpherical(ModelTarget target, ReadOnlySpan<double> cartesian)
    {
        if (target == ModelTarget.Dipole) return [cartesian[1], cartesian[2], cartesian[0]];
        double[] spherical = new double[SymmetricTensor.Count];
        SymmetricTensor.ToSpherical(cartesian, spherical);
        return spherical;
    }

    /// <summary>Back.</summary>
    public static double[] ToCartesian(ModelTarget target, ReadOnlySpan<double> spherical)
    {
        if (target == ModelTarget.Dipole) return [spherical[2], spherical[0], spherical[1]];
        double[] cartesian = new double[9];
        SymmetricTensor.ToCartesian(spherical, cartesian);
        return cartesian;
    }
}
