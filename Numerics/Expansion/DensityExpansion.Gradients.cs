using System;
using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.Expansion;

/// <content>Derivatives of the coefficients by positions and vectors.</content>
public sealed partial class DensityExpansion
{
    /// <summary>The derivatives of the radial functions of all blocks, after <see cref="Expand"/>: at once, so that their table has the
    /// cache for itself.</summary>
    internal unsafe void DifferentiateRadial(EnvironmentScratch scratch)
    {
        for (int block = 0; block < scratch.Blocks; block++)
        {
            scratch.Select(block);
            _radial.Differentiate(scratch.R + block * Lanes, scratch.Used[block], scratch.RadialDerivatives);
        }
    }

    /// <summary>Takes a block in hand and makes its harmonics and their gradients, after <see cref="DifferentiateRadial"/>.</summary>
    internal unsafe void Differentiate(EnvironmentScratch scratch, int block, bool keeps = false)
    {
        scratch.Select(block, keeps);
        int at = block * Lanes;
        _harmonics.Block(scratch.X + at, scratch.Y + at, scratch.Z + at, scratch.Harmonics, scratch.HarmonicsGradients, scratch.R + at);
    }

    /// <summary>
    /// ∂c of the block's group along one Cartesian direction of one pair's vector, into
    /// <see cref="EnvironmentScratch.Tangent"/>, after <see cref="Differentiate"/>:
    /// (f g)' u_d Y_lm + f g ∂_d Y_lm with u = r/|r|.
    /// </summary>
    internal unsafe void Tangent(EnvironmentScratch scratch, int block, int lane, int direction)
    {
        int stride = GroupStride, lm = (LMax + 1) * (LMax + 1), k = block * Lanes + lane;
        double component = direction switch { 0 => scratch.X[k], 1 => scratch.Y[k], _ => scratch.Z[k] };
        double u = component / scratch.R[k];
        double* harmonics = scratch.Harmonics + lane;
        double* gradients = scratch.HarmonicsGradients + direction * lm * Lanes + lane;
        double* tangent = scratch.Tangent;
        for (int l = 0; l <= LMax; l++)
        {
            double* g = scratch.Radial + (lane * (LMax + 1) + l) * stride;
            double* d = scratch.RadialDerivatives + (lane * (LMax + 1) + l) * stride;
            for (int m = -l; m <= l; m++, harmonics += Lanes, gradients += Lanes, tangent += stride)
            {
                Vector512<double> radial = Vector512.Create(u * *harmonics), angular = Vector512.Create(*gradients);
                for (int n = 0; n < stride; n += 8)
                {
                    Vector512.Store(Vector512.MultiplyAddEstimate(
                        radial, Vector512.Load(d + n), angular * Vector512.Load(g + n)), tangent + n);
                }
            }
        }
    }

    /// <summary>∂c^q by the component v_q of one pair's neighbour, f g Y, into <see cref="EnvironmentScratch.Tangent"/>.</summary>
    internal unsafe void ValueTangent(EnvironmentScratch scratch, int lane)
    {
        int stride = GroupStride;
        double* harmonics = scratch.Harmonics + lane, tangent = scratch.Tangent;
        for (int l = 0; l <= LMax; l++)
        {
            double* g = scratch.Radial + (lane * (LMax + 1) + l) * stride;
            for (int m = -l; m <= l; m++, harmonics += Lanes, tangent += stride)
            {
                Vector512<double> angular = Vector512.Create(*harmonics);
                for (int n = 0; n < stride; n += 8)
                    Vector512.Store(angular * Vector512.Load(g + n), tangent + n);
            }
        }
    }

    /// <summary>
    /// ∂c^q by the component v_q of the centre's own vector, into <see cref="EnvironmentScratch.Tangent"/>; returns the slot
    /// that changes, or −1 where none does.
    /// </summary>
    internal unsafe int OwnTangent(EnvironmentScratch scratch, int field, int centreGroup)
    {
        FieldColumns columns = _fields[field];
        int slot = columns.Slot(centreGroup);
        if (slot < 0 || columns.Field.Centre == CentrePolicy.Exclude) return -1;
        new Span<double>(scratch.Tangent, (LMax + 1) * (LMax + 1) * GroupStride).Clear();
        if (columns.HasOwn) scratch.Tangent[0] = Y00;
        else _own.CopyTo(new Span<double>(scratch.Tangent, NMax));
        return columns.HasOwn ? 0 : slot;
    }
}
