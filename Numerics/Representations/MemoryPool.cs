using System.Collections.Generic;
using System.Threading;

namespace Toolkit.Numerics.Representations;

/// <summary>Memory of threads between one run over environments and the next: a simulation asks for the same at every step, and making it
/// anew takes longer than a small structure.</summary>
/// <param name="set">Whose memory it is: it makes some of a number of doubles for a readout, for at most so many environments.</param>
internal sealed class MemoryPool(System.Func<int, int, EnvironmentMemory> set)
{
    private readonly Stack<EnvironmentMemory> _idle = [];
    private readonly Lock _lock = new();

    /// <summary>Memory for batches of at least so many environments.</summary>
    public EnvironmentMemory Rent(int readout, int capacity)
    {
        lock (_lock)
        {
            while (_idle.TryPop(out EnvironmentMemory? idle))
            {
                if (idle.Readout.Length == readout && idle.Capacity >= capacity) return idle;
                idle.Dispose();
            }
        }

        return set(readout, capacity);
    }

    /// <summary>Gives it back, after a run that came to its end.</summary>
    public void Return(EnvironmentMemory memory)
    {
        memory.Environments = default;
        lock (_lock)
            _idle.Push(memory);
    }
}
