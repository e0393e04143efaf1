using System;
using System.Buffers;
using System.Runtime.Intrinsics;
using System.Threading.Tasks;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>C ← C + s XᵀX on the lower triangle: what normal equations and the Cholesky factorisation spend their time on.</summary>
/// <remarks>
/// X is cut into panels of rows and each panel packed once as [16 columns][row][16], so that every load of the inner
/// loop is consecutive. A tile of 8 × 16 entries of C lives in sixteen registers while the panel streams by: sixteen
/// multiply-adds for two loads and eight broadcasts, so the arithmetic is the limit. A tile is always summed by one
/// thread and in the order of the rows: the result does not depend on the number of threads.
/// </remarks>
internal static unsafe class RankUpdate
{
    private const int TileRows = 8, TileColumns = 16, PanelRows = 192;

    /// <summary>Adds to entries (i, j) with j ≤ i; some above the diagonal are overwritten too.</summary>
    /// <param name="c"><c>[i, j]</c>, row-major.</param>
    /// <param name="n">Rows and columns of C.</param>
    /// <param name="ldc">Doubles from one row of C to the next.</param>
    /// <param name="x">Element (k, i) at x[k · rowStride + i · columnStride].</param>
    /// <param name="rows">Rows of X.</param>
    /// <param name="rowStride">See <paramref name="x"/>.</param>
    /// <param name="columnStride">See <paramref name="x"/>.</param>
    /// <param name="scale">s.</param>
    /// <param name="threads">How many threads may work.</param>
    public static void Add(
        double* c, int n, int ldc, double* x, int rows, int rowStride, int columnStride, double scale, int threads)
    {
        int blocks = (n + TileColumns - 1) / TileColumns;
        int most = Math.Min(rows, PanelRows);
        double[] packed = ArrayPool<double>.Shared.Rent(Math.Max(1, blocks * most * TileColumns));
        for (int first = 0; first < rows; first += PanelRows)
        {
            int panel = Math.Min(PanelRows, rows - first);
            Pack(x + (long)first * rowStride, n, panel, rowStride, columnStride, packed);
            int strips = (n + TileRows - 1) / TileRows;
            if (threads <= 1 || (long)n * n * panel < 1 << 18)
            {
                for (int strip = 0; strip < strips; strip++)
                    Strip(c, n, ldc, strip * TileRows, panel, scale, packed);
            }
            else
            {
                // Long strips first, so that no thread is left with one at the end.
                Parallel.For(0, strips, new ParallelOptions { MaxDegreeOfParallelism = threads },
                    k => Strip(c, n, ldc, (strips - 1 - k) * TileRows, panel, scale, packed));
            }
        }
        ArrayPool<double>.Shared.Return(packed);
    }

    private static void Pack(double* x, int n, int panel, int rowStride, int columnStride, double[] packed)
    {
        int at = 0;
        for (int first = 0; first < n; first += TileColumns)
            for (int k = 0; k < panel; k++)
            {
                double* source = x + (long)k * rowStride + (long)first * columnStride;
                int used = Math.Min(TileColumns, n - first);
                for (int j = 0; j < used; j++)
                    packed[at + j] = source[(long)j * columnStride];
                packed.AsSpan(at + used, TileColumns - used).Clear();
                at += TileColumns;
            }
    }

    private static void Strip(double* c, int n, int ldc, int row, int panel, double scale, double[] packed)
    {
        double* tile = stackalloc double[TileRows * TileColumns];
        fixed (double* p = packed)
        {
            double* a = p + (row / TileColumns * panel * TileColumns) + row % TileColumns;
            int rowsUsed = Math.Min(TileRows, n - row);
            for (int column = 0; column < row + rowsUsed; column += TileColumns)
            {
                Tile(a, p + column * panel, panel, tile);
                int columnsUsed = Math.Min(TileColumns, n - column);
                for (int i = 0; i < rowsUsed; i++)
                {
                    double* target = c + (long)(row + i) * ldc + column;
                    for (int j = 0; j < columnsUsed; j++)
                        target[j] += scale * tile[i * TileColumns + j];
                }
            }
        }
    }

    private static void Tile(double* a, double* b, int panel, double* tile)
    {
        Vector512<double> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector512<double> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        Vector512<double> c60 = default, c61 = default, c70 = default, c71 = default;
        for (int k = 0; k < panel; k++)
        {
            Vector512<double> b0 = Vector512.Load(b), b1 = Vector512.Load(b + 8), x = Vector512.Create(a[0]);
            c00 = Vector512.MultiplyAddEstimate(x, b0, c00);
            c01 = Vector512.MultiplyAddEstimate(x, b1, c01);
            x = Vector512.Create(a[1]);
            c10 = Vector512.MultiplyAddEstimate(x, b0, c10);
            c11 = Vector512.MultiplyAddEstimate(x, b1, c11);
            x = Vector512.Create(a[2]);
            c20 = Vector512.MultiplyAddEstimate(x, b0, c20);
            c21 = Vector512.MultiplyAddEstimate(x, b1, c21);
            x = Vector512.Create(a[3]);
            c30 = Vector512.MultiplyAddEstimate(x, b0, c30);
            c31 = Vector512.MultiplyAddEstimate(x, b1, c31);
            x = Vector512.Create(a[4]);
            c40 = Vector512.MultiplyAddEstimate(x, b0, c40);
            c41 = Vector512.MultiplyAddEstimate(x, b1, c41);
            x = Vector512.Create(a[5]);
            c50 = Vector512.MultiplyAddEstimate(x, b0, c50);
            c51 = Vector512.MultiplyAddEstimate(x, b1, c51);
            x = Vector512.Create(a[6]);
            c60 = Vector512.MultiplyAddEstimate(x, b0, c60);
            c61 = Vector512.MultiplyAddEstimate(x, b1, c61);
            x = Vector512.Create(a[7]);
            c70 = Vector512.MultiplyAddEstimate(x, b0, c70);
            c71 = Vector512.MultiplyAddEstimate(x, b1, c71);
            a += TileColumns;
            b += TileColumns;
        }
        Vector512.Store(c00, tile);
        Vector512.Store(c01, tile + 8);
        Vector512.Store(c10, tile + 16);
        Vector512.Store(c11, tile + 24);
        Vector512.Store(c20, tile + 32);
        Vector512.Store(c21, tile + 40);
        Vector512.Store(c30, tile + 48);
        Vector512.Store(c31, tile + 56);
        Vector512.Store(c40, tile + 64);
        Vector512.Store(c41, tile + 72);
        Vector512.Store(c50, tile + 80);
        Vector512.Store(c51, tile + 88);
        Vector512.Store(c60, tile + 96);
        Vector512.Store(c61, tile + 104);
        Vector512.Store(c70, tile + 112);
        Vector512.Store(c71, tile + 120);
    }
}
