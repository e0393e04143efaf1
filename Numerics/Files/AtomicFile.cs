using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Writes a file under a temporary name in the same folder and renames it when it is complete: who reads the file
/// sees the old content or the new one, never half of it, whatever ends the program in between. An error or an
/// interrupt (SIGINT, SIGTERM) also removes the temporary file; what a killed process has left is removed by the next one that writes
/// the same file.
/// </summary>
public static partial class AtomicFile
{
    private const int BufferSize = 1 << 16;

    private const string Ending = ".tmp";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100), Abandoned = TimeSpan.FromSeconds(10);

    /// <summary>Lets <paramref name="write"/> fill a file, then gives it its name.</summary>
    /// <param name="path">The file's final name; its folder must exist.</param>
    /// <param name="write">Writes the content; when it throws, nothing is left behind.</param>
    /// <param name="replace">Whether one that is there then, whoever has made it meanwhile, may be replaced.</param>
    /// <exception cref="InputException">The file cannot be created, written or renamed, or is there and may not be replaced.</exception>
    public static void Write(string path, Action<Stream> write, bool replace = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string full = Guard(path, () => Destination(path));
        RemoveAbandoned(full, Abandoned);
        string temporary = Temporary(full);
        void Remove(PosixSignalContext _) => File.Delete(temporary);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Remove);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Remove);
        SafeFileHandle file = Guard(path, () => File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None));
        try
        {
            // Closing writes, too, what a full disk did not take before.
            Guard(path, () =>
            {
                using FileStream stream = new(file, FileAccess.Write, BufferSize);
                using PeriodicTimer timer = new(Pause);
                Task flushing = FlushNowAndThen(file, timer);
                try
                {
                    write(stream);
                }
                finally
                {
                    timer.Dispose();
                    ((IAsyncResult)flushing).AsyncWaitHandle.WaitOne();
                }

                return Guard(path, () =>
                {
                    // The system tells an error once, to whoever flushed first.
                    flushing.GetAwaiter().GetResult();
                    stream.Flush(flushToDisk: true);
                    return true;
                });
            }, IsDisk);

            Name(path, temporary, full, replace);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>The same with somebody else's writer, which takes a name.</summary>
    /// <param name="path">The file's final name; its folder must exist.</param>
    /// <param name="write">Makes the file whose name it is given, whole or not at all.</param>
    /// <param name="replace">Whether one that is there then, whoever has made it meanwhile, may be replaced.</param>
    /// <exception cref="InputException">The file cannot be renamed, or is there and may not be replaced.</exception>
    public static void WriteBy(string path, Action<string> write, bool replace)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        if (replace)
        {
            write(path);
            return;
        }

        string full = Guard(path, () => Destination(path)), temporary = Temporary(full);
        try
        {
            write(temporary);
            Name(path, temporary, full, false);
        }
        catch (IOException e) when (e.Message.Contains(temporary, StringComparison.Ordinal))
        {
            throw new IOException(e.Message.Replace(temporary, path, StringComparison.Ordinal), e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Removes a file that nobody needs any more, with what killed processes have left of it.</summary>
    /// <param name="path">Its name; it need not be there.</param>
    public static void Remove(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        File.Delete(path);
        RemoveAbandoned(Path.GetFullPath(path), TimeSpan.Zero);
    }

    /// <summary>Checks that a file could be made under this name now: makes one beside it that is gone at once.</summary>
    /// <param name="path">The name.</param>
    /// <param name="replace">Whether one that is there may be replaced.</param>
    /// <exception cref="InputException">It cannot; with the reason.</exception>
    public static void RequireWritable(string path, bool replace = true)
    {
        ArgumentNullException.ThrowIfNull(path);
        string full = Guard(path, () => Destination(path));
        if (!replace && File.Exists(full)) throw IsThere(path);
        Guard(path, () =>
        {
            using FileStream file = new(
                $"{full}.{Guid.NewGuid():N}.tmp", FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            file.WriteByte(0);
            file.Flush();
            return true;
        });
    }

    /// <summary>Gives a file that is whole its name.</summary>
    /// <remarks>
    /// The runtime's own renaming looks whether the name is free and then renames, and who comes between loses what he has made. A link is
    /// made in one step where the name is free, and refused where it is not. Where the disk has no links, the name is taken by an empty
    /// file, which one process alone can make, and then the file replaces it.
    /// </remarks>
    private static void Name(string path, string temporary, string full, bool replace) => Guard(path, () =>
    {
        if (replace)
        {
            File.Move(temporary, full, overwrite: true);
            return true;
        }

        bool? isLinked = Link(temporary, full);
        if (isLinked == true)
        {
            File.Delete(temporary);
            return true;
        }

        try
        {
            if (isLinked == false) throw new IOException();
            new FileStream(full, FileMode.CreateNew, FileAccess.Write).Dispose();
        }
        catch (IOException) when (File.Exists(full))
        {
            throw IsThere(path);
        }

        File.Move(temporary, full, overwrite: true);
        return true;
    });

    /// <summary>Whether a second name was given to a file; false: something has that name; null: it cannot be done here.</summary>
    private static bool? Link(string file, string name)
    {
        const int alreadyThere = 17;
        if (OperatingSystem.IsWindows()) return null;
        try
        {
            return HardLink(file, name) == 0 ? true : Marshal.GetLastPInvokeError() == alreadyThere ? false : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int HardLink(string file, string name);

    private static InputException IsThere(string path) =>
        new(path, null, null, "a file that is there", "another name, or --force to replace it");

    /// <summary>A name beside a file or folder that nothing else has.</summary>
    internal static string Temporary(string full) => $"{full}.{Environment.ProcessId}-{Guid.NewGuid():N}{Ending}";

    /// <summary>Removes what processes that were killed have left while they wrote this file: nobody holds it open, and has not for a
    /// while.</summary>
    private static void RemoveAbandoned(string full, TimeSpan age)
    {
        if (Path.GetDirectoryName(full) is not string folder || !Directory.Exists(folder)) return;
        foreach (string left in Directory.EnumerateFiles(folder, Path.GetFileName(full) + ".*-*" + Ending))
        {
            try
            {
                if (!IsTemporary(left.AsSpan(full.Length)) || File.GetLastWriteTimeUtc(left) > DateTime.UtcNow - age) continue;
                // Who writes it holds it alone.
                using (File.OpenHandle(left, FileMode.Open, FileAccess.Write, FileShare.None)) { }

                File.Delete(left);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It is still written, or somebody else's.
            }
        }
    }

    // .number-32 digits.tmp
    private static bool IsTemporary(ReadOnlySpan<char> ending)
    {
        int dash = ending.IndexOf('-');
        return dash > 1 && !ending[1..dash].ContainsAnyExceptInRange('0', '9')
            && Guid.TryParseExact(ending[(dash + 1)..^Ending.Length], "N", out _);
    }

    /// <summary>Brings what is written to the disk while more is made, so that nobody waits for all of it at the end.</summary>
    private static async Task FlushNowAndThen(SafeFileHandle file, PeriodicTimer timer)
    {
        while (await timer.WaitForNextTickAsync().ConfigureAwait(false))
            RandomAccess.FlushToDisk(file);
    }

    /// <summary>Refuses a name whose bytes are no UTF-8, of which the runtime has made another one.</summary>
    internal static void RequireText(string path)
    {
        if (path.Contains('\uFFFD', StringComparison.Ordinal))
            throw new InputException(path, null, null, "a name that is not UTF-8", "one that is");
    }

    // The file that a path means, through links: renaming over a link or a device would replace it by a file.
    private static string Destination(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new InputException("--out", null, null, "no name", "a name for a file");
        RequireText(path);
        string full = Path.GetFullPath(path);
        string final = new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, true)?.FullName ?? full;
        if (Directory.Exists(final))
            throw new InputException(path, null, null, "a folder", "a name for a file");
        bool IsUnder(string folder) =>
            full.StartsWith(folder, StringComparison.Ordinal) || final.StartsWith(folder, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows() && (IsUnder("/proc/") || (IsUnder("/dev/") && !IsUnder("/dev/shm/"))))
            throw new InputException(path, null, null, "a device", "a name for a file");
        return final;
    }

    /// <summary>Does what makes or fills a file or folder, whose errors become that of its name.</summary>
    internal static T Guard<T>(string path, Func<T> action, Func<Exception, bool>? isOurs = null)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (
            (e is IOException or UnauthorizedAccessException or NotSupportedException || IsTooLarge(e)) && (isOurs is null || isOurs(e)))
        {
            throw new InputException(path, null, null, Reason(e), "a file that can be written");
        }
    }

    private static bool IsDisk(Exception e) => DiskReason(e) is not null;

    private static string Reason(Exception e) => e switch
    {
        DirectoryNotFoundException or FileNotFoundException => "no such folder",
        UnauthorizedAccessException => "a folder that may not be written to",
        PathTooLongException => "a name that is too long",
        _ => DiskReason(e) ?? e.Message,
    };

    // The runtime tells so of a limit on the size of files.
    private static bool IsTooLarge(Exception e) => e is ArgumentOutOfRangeException { ParamName: "value", ActualValue: null };

    /// <summary>What an error says of the disk; null: it is another.</summary>
    /// <remarks>Unix hands its error numbers on; Windows' stand in the lower half.</remarks>
    internal static string? DiskReason(Exception e) => (OperatingSystem.IsWindows(), e.HResult & 0xffff) switch
    {
        (false, 28 or 122) or (true, 39 or 112) => "no space left on the disk",
        (false, 30) or (true, 19) => "a disk that is only for reading",
        (false, 20) => "no such folder",
        (false, 36) => "a name that is too long",
        _ => IsTooLarge(e) ? "a file larger than the limit on the size of files" : null,
    };
}
