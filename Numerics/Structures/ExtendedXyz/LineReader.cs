using System;
using System.IO;
using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Structures;

/// <summary>Reads a text line by line into one buffer that is used again and again: no string per line.</summary>
internal sealed class LineReader(TextReader reader, string source)
{
    // A line longer than this is no line of a structure file but some other kind of file.
    private const int LongestLine = 1 << 28;

    // Behind what was read a line ends, and there is room for whoever looks at several characters at once.
    private const int Slack = 32;

    private char[] _buffer = new char[1 << 14];
    private int _start;
    private int _line;
    private int _end;
    private bool _finished;

    /// <summary>The number of the line read last, counted from 1; 0 before the first.</summary>
    public long Number { get; private set; }

    /// <summary>The line read last and what follows it in memory, the end of the line first; valid as long as the line.</summary>
    public ReadOnlySpan<char> Beyond => _buffer.AsSpan(_line);

    /// <summary>The next line without its end (\n or \r\n); the memory is valid until the next call.</summary>
    /// <returns>False when there is no further line.</returns>
    /// <exception cref="InputException">The text cannot be read, or is no text.</exception>
    public bool TryRead(out ReadOnlySpan<char> line)
    {
        int searched = 0;
        while (true)
        {
            int at = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf('\n');
            if (at >= 0)
            {
                int length = searched + at;
                _line = _start;
                line = Trimmed(_start, length);
                _start += length + 1;
                Number++;
                return true;
            }

            searched = _end - _start;
            if (_finished)
            {
                _line = _start;
                line = Trimmed(_start, searched);
                _start = _end;
                Number += searched > 0 ? 1 : 0;
                return searched > 0;
            }

            Fill();
        }
    }

    /// <summary>Gives the line that was read last back: it is the next one again.</summary>
    public void Return()
    {
        _start = _line;
        Number--;
    }

    private ReadOnlySpan<char> Trimmed(int start, int length) =>
        length > 0 && _buffer[start + length - 1] == '\r' ? _buffer.AsSpan(start, length - 1) : _buffer.AsSpan(start, length);

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length - Slack)
        {
            if (_end >= LongestLine)
                throw new InputException(source, Number + 1, null, $"a line of more than {LongestLine} characters", "a text file");

            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }

        int read;
        try
        {
            read = reader.Read(_buffer, _end, _buffer.Length - Slack - _end);
        }
        catch (System.Text.DecoderFallbackException)
        {
            throw new InputException(source, null, null, $"bytes after line {Number} that are no UTF-8", "a text file in UTF-8");
        }
        catch (InvalidDataException)
        {
            throw new InputException(source, null, null, $"compressed data that are damaged after line {Number}", "a whole gzip file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(source, null, null, $"no more than {Number} lines: {e.Message}", "a file that can be read");
        }

        _finished = read == 0;
        _end += read;
        _buffer[_end] = '\n';
    }
}
