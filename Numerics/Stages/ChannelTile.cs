using System.Numerics;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>How many channels are multiplied side by side.</summary>
internal static class ChannelTile
{
    /// <summary>Channels per side.</summary>
    public const int Side = 8;
}

/// <summary><see cref="RowTile{TLanes, V, T}"/> in the widest registers of the process that hold no more than eight numbers.</summary>
internal static unsafe class ChannelTile<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly VectorWidth Width = VectorWidths.OfEight<T>();

    /// <summary>z[i, j] = or += Σ_k x[i, k] y[k, j], see <see cref="RowTile{TLanes, V, T}.Multiply"/>.</summary>
    public static void Multiply(int rows, int inner, int lanes, T* x, nint xi, nint xk, T* y, nint yk, T* z, nint zi, bool adds)
    {
        switch (Width)
        {
            case VectorWidth.Bits512:
                RowTile<Lanes512<T>, Vector512<T>, T>.Multiply(rows, inner, lanes, x, xi, xk, y, yk, z, zi, adds);
                break;
            case VectorWidth.Bits256:
                RowTile<Lanes256<T>, Vector256<T>, T>.Multiply(rows, inner, lanes, x, xi, xk, y, yk, z, zi, adds);
                break;
            case VectorWidth.Bits128:
                RowTile<Lanes128<T>, Vector128<T>, T>.Multiply(rows, inner, lanes, x, xi, xk, y, yk, z, zi, adds);
                break;
            default:
                RowTile<Lanes1<T>, T, T>.Multiply(rows, inner, lanes, x, xi, xk, y, yk, z, zi, adds);
                break;
        }
    }
}
