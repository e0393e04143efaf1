using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// Equivariants of every atom's environment: blocks whose 2λ + 1 components turn with the structure like real harmonics
/// of order λ.
/// </summary>
public abstract class EquivariantRepresentation : Representation
{
    private protected EquivariantRepresentation(DensityExpansion expansion, IReadOnlyList<EquivariantLayout> layout)
        : base(expansion, layout.Sum(static b => b.Length)) =>
        Layout = layout;

    /// <summary>The blocks, and where each stands among the numbers of one environment.</summary>
    public IReadOnlyList<EquivariantLayout> Layout { get; }

    /// <summary>The equivariants of every atom.</summary>
    /// <param name="structure">Its species must all have channels.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without channels.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public EquivariantBlocks Compute(Structure structure, int threads = 1) =>
        EquivariantBlocks.Cut(Layout, structure.Count, Alone.Compute(structure, threads));

    /// <summary>
    /// The backward pass: Σ weights · values over all atoms, blocks, μ and channels, taken as an energy, with all its
    /// derivatives. With weights dE/dvalues these are the derivatives of E.
    /// </summary>
    /// <param name="structure">Its species must all have channels.</param>
    /// <param name="weights">Blocks like those of <see cref="Compute(Structure, int)"/>.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without channels; other blocks or another number of atoms.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public Evaluation Evaluate(Structure structure, EquivariantBlocks weights, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(structure);
        EquivariantBlock[] blocks = weights.Of(Layout, structure.Count);
        return Alone.Evaluate(
            structure, (atom, row) =>
            {
                for (int b = 0; b < blocks.Length; b++)
                    blocks[b][atom].CopyTo(row[Layout[b].First..]);
            }, threads);
    }
}
