using System;
using System.Linq;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Neighbors;

/// <summary>The images of the cell that bins in reach of one another may lie in, numbered.</summary>
internal sealed class CellImages
{
    // Far more than a cutoff of many cells asks for: a cell of one atom would have as many neighbours.
    private const long MostImages = 1 << 22;

    private readonly int[] _most;

    /// <summary>All images up to a number of lattice vectors in both senses.</summary>
    /// <param name="most">The number along each lattice vector.</param>
    /// <param name="lattice">Rows: the lattice vectors, Å.</param>
    /// <exception cref="UnfitStructureException">They are more than any structure has.</exception>
    public CellImages(int[] most, double[] lattice)
    {
        _most = most;
        double images = most.Aggregate(1.0, static (product, n) => product * (2.0 * n + 1));
        if (images > MostImages)
        {
            throw new UnfitStructureException(
                FormattableString.Invariant($"a cell so small that {images:G3} images of it are within the cutoff"),
                FormattableString.Invariant($"a larger cell, in Å: at most {MostImages} images"));
        }

        int count = (int)images;
        (Shift, X, Y, Z) = (new Vector128<int>[count], new double[count], new double[count], new double[count]);
        for (int a = -most[0]; a <= most[0]; a++)
        {
            for (int b = -most[1]; b <= most[1]; b++)
            {
                for (int c = -most[2]; c <= most[2]; c++)
                {
                    int image = IndexOf(a, b, c);
                    Shift[image] = Vector128.Create(a, b, c, 0);
                    X[image] = a * lattice[0] + b * lattice[3] + c * lattice[6];
                    Y[image] = a * lattice[1] + b * lattice[4] + c * lattice[7];
                    Z[image] = a * lattice[2] + b * lattice[5] + c * lattice[8];
                }
            }
        }
    }

    /// <summary>Multiples of the three lattice vectors, and 0: <c>[image]</c>.</summary>
    public Vector128<int>[] Shift { get; }

    /// <summary>x of the translation, Å: <c>[image]</c>.</summary>
    public double[] X { get; }

    /// <summary>y of the translation, Å: <c>[image]</c>.</summary>
    public double[] Y { get; }

    /// <summary>z of the translation, Å: <c>[image]</c>.</summary>
    public double[] Z { get; }

    /// <summary>The number of an image.</summary>
    public int IndexOf(int a, int b, int c) =>
        ((a + _most[0]) * (2 * _most[1] + 1) + b + _most[1]) * (2 * _most[2] + 1) + c + _most[2];
}
