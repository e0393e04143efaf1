using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Toolkit.Numerics.Files;

/// <summary>
/// A feature file that is written batch after batch: the numbers of rows are known beforehand, so that every array has its place
/// and none waits in memory for another.
/// </summary>
public sealed class FeatureFile
{
    private const int ScratchLength = 1 << 14;

    private readonly string _path;
    private readonly FeatureLayout _layout;
    private readonly FeatureArray[] _arrays;
    private readonly StoredZip _zip;

    /// <summary>A file to come.</summary>
    /// <param name="path">Its name, which ends with .npz (<see cref="FeatureNpz"/>) or .mts (<see cref="Metatensor"/>).</param>
    /// <param name="layout">What it holds.</param>
    /// <param name="samples">How many rows it will have.</param>
    /// <param name="gradientRows">How many rows of gradients.</param>
    /// <exception cref="ArgumentException">Another ending.</exception>
    public FeatureFile(string path, FeatureLayout layout, long samples, long gradientRows = 0)
        : this(path, layout, samples, gradientRows, FormatOf(path)) { }

    internal FeatureFile(
        string path, FeatureLayout layout, long samples, long gradientRows, Func<FeatureShapes, IEnumerable<FeatureArray>> format)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(layout);
        (_path, _layout) = (path, layout);
        _arrays = format(new FeatureShapes(layout, samples, gradientRows)).ToArray();
        _zip = new StoredZip(_arrays.Select(static a => (a.Name + ".npy", a.Array.Length)));
    }

    /// <summary>The file's length in bytes.</summary>
    public long Length => _zip.Length;

    /// <summary>Writes the file, which appears under its name when it is complete.</summary>
    /// <param name="fill">Gives all batches.</param>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    /// <exception cref="InputException">The file cannot be created, written or renamed: the disk is full, for example.</exception>
    /// <exception cref="InvalidOperationException">There are more or fewer rows than the file was made for.</exception>
    public void Write(Action<IFeatureSink> fill, bool replace = true)
    {
        ArgumentNullException.ThrowIfNull(fill);
        AtomicFile.Write(_path, stream =>
        {
            _zip.Begin(stream, _path);
            for (int k = 0; k < _arrays.Length; k++)
            {
                if (_arrays[k].Rows == FeatureRows.None)
                    _arrays[k].Array.Write(bytes => _zip.Append(k, bytes));
                else
                    _zip.Append(k, _arrays[k].Array.Head);
            }

            fill(new Filler(this));
            _zip.Finish();
        }, replace);
    }

    private static Func<FeatureShapes, IEnumerable<FeatureArray>> FormatOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".npz" => FeatureNpz.Arrays,
        ".mts" => Metatensor.Arrays,
        _ => throw new ArgumentException($"expected a name that ends with .npz or .mts; got {path}", nameof(path)),
    };

    /// <summary>Gives every array its part of each batch.</summary>
    private sealed class Filler(FeatureFile file) : IFeatureSink
    {
        private readonly float[] _single = new float[ScratchLength];

        public void Add(FeatureBatch batch)
        {
            int row = file._layout.RowLength;
            for (int k = 0; k < file._arrays.Length; k++)
            {
                FeatureArray a = file._arrays[k];
                switch (a.Rows)
                {
                    case FeatureRows.Samples:
                        file._zip.Append(k, MemoryMarshal.AsBytes(batch.Samples));
                        break;
                    case FeatureRows.GradientSamples:
                        file._zip.Append(k, MemoryMarshal.AsBytes(batch.GradientSamples));
                        break;
                    case FeatureRows.Values:
                        if (batch.SingleValues.IsEmpty) Cut(k, batch.Values, row, 0, row);
                        else Cut(k, batch.SingleValues, row, 0, row);
                        break;
                    case FeatureRows.Gradients:
                        Cut(k, batch.Gradients, row, 0, row);
                        break;
                    case FeatureRows.VectorGradients:
                        // [gradient row, field, xyz, feature]: one field's are three rows out of each 3 · fields.
                        Cut(k, batch.VectorGradients, 3 * row, 3 * row * a.Field, 3 * row * file._layout.Fields.Count);
                        break;
                }
            }
        }

        /// <summary>Appends the block's part of rows.</summary>
        /// <param name="array">The array.</param>
        /// <param name="numbers">The rows.</param>
        /// <param name="length">How many numbers are taken together, one or more whole rows.</param>
        /// <param name="first">Where the first of them begin.</param>
        /// <param name="stride">From there to the next.</param>
        private void Cut<T>(int array, ReadOnlySpan<T> numbers, int length, int first, int stride)
            where T : unmanaged, INumberBase<T>
        {
            FeatureBlock block = file._arrays[array].Block!;
            int row = file._layout.RowLength;
            if (block.Length == row && length == stride)
            {
                Append(array, numbers);
                return;
            }

            for (int at = first; at < numbers.Length; at += stride)
            {
                for (int k = 0; k < length; k += row)
                    AppendBlock(array, block, numbers.Slice(at + k, row));
            }
        }

        /// <summary>Appends a block's numbers of one row, [μ, channel].</summary>
        private void AppendBlock<T>(int array, FeatureBlock block, ReadOnlySpan<T> row)
            where T : unmanaged, INumberBase<T>
        {
            if (block.Columns.Count == 1)
            {
                Append(array, row.Slice(block.Columns[0].First, block.Length));
                return;
            }

            for (int m = 0; m < block.Components; m++)
            {
                foreach (FeatureColumns columns in block.Columns)
                    Append(array, row.Slice(columns.First + m * columns.Channels, columns.Channels));
            }
        }

        private void Append<T>(int array, ReadOnlySpan<T> numbers)
            where T : unmanaged, INumberBase<T>
        {
            if (file._layout.IsSingle == (typeof(T) == typeof(float)))
            {
                file._zip.Append(array, MemoryMarshal.AsBytes(numbers));
                return;
            }

            for (; numbers.Length > 0; numbers = numbers[Math.Min(ScratchLength, numbers.Length)..])
            {
                int count = Math.Min(ScratchLength, numbers.Length);
                for (int k = 0; k < count; k++)
                    _single[k] = float.CreateChecked(numbers[k]);

                file._zip.Append(array, MemoryMarshal.AsBytes(_single.AsSpan(0, count)));
            }
        }
    }
}
