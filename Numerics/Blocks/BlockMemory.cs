using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Toolkit.Numerics.Blocks;

/// <summary>
/// The blocks of a batch of environments while stages run over them: values and, where wanted, derivatives of an energy by them.
/// Blocks that belong to somebody else are pointed to.
/// </summary>
internal sealed unsafe class BlockMemory<T> : IDisposable
    where T : unmanaged
{
    private const int Slack = 16;

    private readonly BlockShape[] _shapes;
    private readonly T** _values, _adjoints;
    private readonly void* _tables;
    private readonly T* _numbers;
    private readonly nint[] _first;
    private readonly bool[] _isLent;
    private readonly nint _length;

    /// <summary>Memory for a batch.</summary>
    /// <param name="shapes">The blocks.</param>
    /// <param name="capacity">The most environments of a batch.</param>
    /// <param name="adjoints">Whether there are derivatives.</param>
    public BlockMemory(IReadOnlyList<BlockShape> shapes, int capacity, bool adjoints)
    {
        _shapes = [.. shapes];
        (Capacity, HasAdjoints) = (capacity, adjoints);
        _first = new nint[_shapes.Length];
        _isLent = new bool[_shapes.Length];
        for (int b = 0; b < _shapes.Length; b++)
        {
            _first[b] = _length;
            _length = checked(_length + _shapes[b].Size<T>(capacity));
        }

        for (int b = 0; b < _shapes.Length; b++)
        {
            if (_shapes[b].Tenant == 0) continue;
            _first[b] = _first[_shapes[b].Tenant - 1];
            _isLent[_shapes[b].Tenant - 1] = true;
        }

        nuint places = (nuint)(2 * Math.Max(1, _shapes.Length) * capacity * sizeof(T*));
        _tables = NativeMemory.AlignedAlloc(places, 64);
        NativeMemory.Clear(_tables, places);
        _values = (T**)_tables;
        _adjoints = _values + _shapes.Length * capacity;
        // Padding is read with whole vectors, and rows that are not padded to their ends and behind.
        nuint size = (nuint)(((adjoints ? 2 : 1) * _length + Slack) * sizeof(T));
        _numbers = (T*)NativeMemory.AlignedAlloc(size, 64);
        NativeMemory.Clear(_numbers, size);
        for (int b = 0; b < _shapes.Length; b++)
        {
            for (int i = 0; i < capacity && !_shapes[b].IsForeign && !_shapes[b].IsLaned; i++)
            {
                _values[b * capacity + i] = _numbers + _first[b] + (nint)i * _shapes[b].Length;
                if (adjoints) _adjoints[b * capacity + i] = _values[b * capacity + i] + _length;
            }
        }
    }

    ~BlockMemory() => Free();

    /// <summary>The most environments of a batch.</summary>
    public int Capacity { get; }

    /// <summary>Whether features go to memory that nobody reads soon.</summary>
    public bool IsStreamed { get; set; }

    /// <summary>Whether there are derivatives.</summary>
    public bool HasAdjoints { get; }

    /// <summary>How a block lies.</summary>
    public BlockShape Shape(int block) => _shapes[block];

    /// <summary>Where each environment's values of a block begin: <c>[environment]</c>.</summary>
    public T** Values(int block) => _values + block * Capacity;

    /// <summary>Where each environment's derivatives by a block begin: <c>[environment]</c>.</summary>
    public T** Adjoints(int block) => _adjoints + block * Capacity;

    /// <summary>All values of a block that is not foreign: <c>[environment, row, channel padded]</c>.</summary>
    public Span<T> ValuesOf(int block, int environments) => new(_numbers + _first[block], environments * _shapes[block].Length);

    /// <summary>The derivatives by them.</summary>
    public Span<T> AdjointsOf(int block, int environments) =>
        new(_numbers + _length + _first[block], environments * _shapes[block].Length);

    /// <summary>The values of a block whose environments lie side by side: <c>[channel, row, lane]</c>.</summary>
    public T* Laned(int block) => _numbers + _first[block];

    /// <summary>The derivatives by them.</summary>
    public T* LanedAdjoints(int block) => _numbers + _length + _first[block];

    /// <summary>Says where a foreign block of one environment is.</summary>
    /// <param name="block">The block.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="values">Its values, or null.</param>
    /// <param name="adjoints">Its derivatives, or null.</param>
    public void Point(int block, int environment, T* values, T* adjoints)
    {
        _values[block * Capacity + environment] = values;
        _adjoints[block * Capacity + environment] = adjoints;
    }

    /// <summary>Sets the derivatives by all blocks of ours to zero, those left out that are set anyway because their memory serves
    /// several.</summary>
    public void ClearAdjoints(int environments)
    {
        for (int b = 0; b < _shapes.Length; b++)
        {
            if (_isLent[b]) continue;
            if (_shapes[b].IsLaned) new Span<T>(LanedAdjoints(b), checked((int)_shapes[b].Size<T>(Capacity))).Clear();
            else if (!_shapes[b].IsForeign) AdjointsOf(b, environments).Clear();
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_tables);
        NativeMemory.AlignedFree(_numbers);
    }
}
