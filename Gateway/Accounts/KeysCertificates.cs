using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Limits;

namespace OrleansChat.Gateway.Accounts;

/// <summary>
/// The certificates for which the keys of tokens are encrypted before they go to the database, so that whoever reads
/// that can make no tokens: one for new keys, and any number with which others can still, or already, be read.
/// </summary>
internal sealed class KeysCertificates
{
    private readonly List<X509Certificate2> _all;

    private KeysCertificates(X509Certificate2? current, List<X509Certificate2> others)
    {
        (Current, Others) = (current, others);
        _all = current is null ? others : [current, .. others];
    }

    /// <summary>What new keys are encrypted for; as they are if there is none.</summary>
    public X509Certificate2? Current { get; }

    /// <summary>What keys can be read with besides.</summary>
    public IReadOnlyList<X509Certificate2> Others { get; }

    /// <summary>Loads them.</summary>
    /// <param name="auth">The section <c>Auth</c>.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="FormatException">One cannot be used; the message says which, and why.</exception>
    public static KeysCertificates Load(IConfiguration auth, DateTimeOffset now)
    {
        var section = auth.GetSection(nameof(AuthOptions.KeysCertificate));
        var current = section.Exists() ? Load(section) : null;
        if (current is not null && new DateTimeOffset(current.NotAfter) < now)
        {
            throw new FormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"{section.Path}: '{section["Path"]}' has expired on {current.NotAfter.ToUniversalTime():yyyy-MM-dd}; make another one, and name this one in Auth:{nameof(AuthOptions.OtherKeysCertificates)}"));
        }

        return new KeysCertificates(
            current, [.. auth.GetSection(nameof(AuthOptions.OtherKeysCertificates)).GetChildren().Select(Load)]);
    }

    /// <summary>Sees to it that keys can be read that have not expired.</summary>
    /// <returns>How many of those lie in the database as they are, though there is a certificate.</returns>
    /// <exception cref="UnreadableKeysException">One is encrypted for a certificate that is not here.</exception>
    public int Check(IEnumerable<XElement> keys, DateTimeOffset now)
    {
        var plain = 0;
        foreach (var key in keys.Where(key => !(Expiration(key) <= now)))
        {
            if (Recipient(key) is not { } recipient) plain++;
            else if (_all.All(certificate => !certificate.RawDataMemory.Span.SequenceEqual(recipient.RawDataMemory.Span))) throw new UnreadableKeysException(key, recipient);
        }

        return Current is null ? 0 : plain;
    }

    private static X509Certificate2 Load(IConfigurationSection section)
    {
        if (!string.IsNullOrEmpty(section.Value)) throw new FormatException($"{section.Path} is not a setting by itself; set {section.Path}:Path");
        if (SettingShape.Check(section, typeof(KeysCertificateOptions)).FirstOrDefault() is { } wrong) throw new FormatException(wrong);
        var options = section.Get<KeysCertificateOptions>();
        if (string.IsNullOrEmpty(options?.Path)) throw new FormatException($"{section.Path}:Path is missing");
        X509Certificate2 certificate;
        try
        {
            certificate = Read(options.Path, options.KeyPath, options.Password);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"{section.Path}: '{options.Path}' cannot be read: {error.Message}", error);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            // Not what the reader says of it, which is a number on some systems.
            throw new FormatException($"{section.Path}: '{options.Path}' is not a certificate as PFX or PEM, or {section.Path}:Password does not open it", error);
        }

        if (!certificate.HasPrivateKey)
            throw new FormatException($"{section.Path}: '{options.Path}' has no private key, without which no key of tokens could be read again; as PEM it may be in a file of its own, {section.Path}:KeyPath");
        using var rsa = certificate.GetRSAPrivateKey();
        return rsa is null ? throw new FormatException($"{section.Path}: '{options.Path}' has a key that is not RSA, which cannot encrypt") : certificate;
    }

    private static X509Certificate2 Read(string path, string? keyPath, string? password)
    {
        if (File.ReadAllBytes(path).AsSpan().IndexOf("-----BEGIN "u8) < 0) return X509CertificateLoader.LoadPkcs12FromFile(path, password);
        var certificate = File.ReadAllText(path);
        var key = keyPath is null ? certificate : File.ReadAllText(keyPath);
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal)) return X509Certificate2.CreateFromPem(certificate);
        return key.Contains("ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal)
            ? X509Certificate2.CreateFromEncryptedPem(certificate, key, password)
            : X509Certificate2.CreateFromPem(certificate, key);
    }

    // XML Encryption §3.5: whom it is for stands beside what is encrypted.
    private static X509Certificate2? Recipient(XElement key) =>
        key.Descendants().FirstOrDefault(static element => element.Name.LocalName == "X509Certificate")?.Value is { } base64
            ? X509CertificateLoader.LoadCertificate(Convert.FromBase64String(base64))
            : null;

    private static DateTimeOffset? Expiration(XElement key) =>
        DateTimeOffset.TryParse(key.Element("expirationDate")?.Value, CultureInfo.InvariantCulture, out var expiration) ? expiration : null;
}

/// <summary>A key of tokens is encrypted for a certificate that this gateway has not.</summary>
/// <param name="key">The key.</param>
/// <param name="recipient">The certificate.</param>
internal sealed class UnreadableKeysException(XElement key, X509Certificate2 recipient) : FormatException(
    $"the key {key.Attribute("id")?.Value} in data_keys is encrypted for the certificate {recipient.Thumbprint} ({recipient.Subject}), "
    + $"which is neither Auth:{nameof(AuthOptions.KeysCertificate)} nor one of Auth:{nameof(AuthOptions.OtherKeysCertificates)}");
