using System;
using System.Linq;
using Toolkit.Numerics.Neighbors;

namespace Toolkit.Numerics.Models.Spins;

/// <summary>How a model's energy couples the directions of two spins: the term −e_i · J · e_j of the unit vectors e, each pair counted
/// once.</summary>
/// <param name="First">Atom i of the structure, from 0 on.</param>
/// <param name="Second">Atom j.</param>
/// <param name="Shift">The image of j: which cell it is in.</param>
/// <param name="Vector">From i to that image: <c>[xyz]</c>, Å.</param>
/// <param name="Tensor">J = −|v_i||v_j| ∂²E/∂v_i∂v_j: <c>[xyz of i, xyz of j]</c>, row-major, eV.</param>
public sealed record SpinCoupling(int First, int Second, CellShift Shift, double[] Vector, double[] Tensor)
{
    /// <summary>The standard deviation of <see cref="Isotropic"/> among models that explain the training set as well, eV; null: the model
    /// does not know.</summary>
    public double? IsotropicDeviation { get; init; }

    /// <summary>The same of <see cref="Antisymmetric"/>: the root of the mean square length of its differences, eV.</summary>
    public double? AntisymmetricDeviation { get; init; }

    /// <summary>The distance, Å.</summary>
    public double Distance => Math.Sqrt(Vector[0] * Vector[0] + Vector[1] * Vector[1] + Vector[2] * Vector[2]);

    /// <summary>The part J e_i·e_j of Heisenberg, a third of the trace, eV; positive values align spins.</summary>
    public double Isotropic => (Tensor[0] + Tensor[4] + Tensor[8]) / 3;

    /// <summary>The vector D of the part −D·(e_i × e_j) of Dzyaloshinskii and Moriya: <c>[xyz]</c>, eV.</summary>
    public double[] Antisymmetric => [(Tensor[5] - Tensor[7]) / 2, (Tensor[6] - Tensor[2]) / 2, (Tensor[1] - Tensor[3]) / 2];

    /// <summary>The length of that vector, eV.</summary>
    public double AntisymmetricLength => Math.Sqrt(Antisymmetric.Sum(static x => x * x));

    /// <summary>The largest difference of an element from its mean with the transposed one, less the trace's third: what is neither
    /// Heisenberg's nor of Dzyaloshinskii and Moriya, eV.</summary>
    public double Anisotropy
    {
        get
        {
            double largest = 0, third = Isotropic;
            for (int a = 0; a < 3; a++)
            {
                for (int b = 0; b < 3; b++)
                    largest = Math.Max(largest, Math.Abs((Tensor[3 * a + b] + Tensor[3 * b + a]) / 2 - (a == b ? third : 0)));
            }

            return largest;
        }
    }
}
