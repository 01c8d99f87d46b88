using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansChat.Gateway.Tests.Accounts.Certificates;

/// <summary>A certificate that somebody has made for the keys of tokens, and its files.</summary>
internal sealed class TestCertificate : IDisposable
{
    public const string Password = "swordfish-4711";

    private readonly X509Certificate2 _certificate;
    private readonly string _folder;

    private TestCertificate(X509Certificate2 certificate, string folder) => (_certificate, _folder) = (certificate, folder);

    public string Thumbprint => _certificate.Thumbprint;

    /// <summary>The day on which it ends, in UTC.</summary>
    public string LastDay => _certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static TestCertificate New(string folder, TimeSpan? validFor = null)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=keys of tokens", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        return new TestCertificate(request.CreateSelfSigned(now.AddDays(-10), now + (validFor ?? TimeSpan.FromDays(365))), folder);
    }

    /// <summary>One whose key can sign, and cannot encrypt.</summary>
    public static TestCertificate NewForSigning(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new TestCertificate(new CertificateRequest("CN=signs", key, HashAlgorithmName.SHA256).CreateSelfSigned(now, now.AddDays(1)), folder);
    }

    /// <summary>Writes it as PFX, opened by <see cref="Password"/>.</summary>
    public string Pfx() => Write("pfx", _certificate.Export(X509ContentType.Pfx, Password));

    /// <summary>Writes it as PEM, without its key.</summary>
    public string Pem() => Write("pem", System.Text.Encoding.ASCII.GetBytes(_certificate.ExportCertificatePem()));

    /// <summary>Writes it as PEM, its key behind it.</summary>
    public string PemWithKey()
    {
        using var key = _certificate.GetRSAPrivateKey()!;
        return Write("both.pem", System.Text.Encoding.ASCII.GetBytes($"{_certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}"));
    }

    /// <summary>Writes its key as PEM, opened by <see cref="Password"/>.</summary>
    public string Key()
    {
        using var key = _certificate.GetRSAPrivateKey()!;
        return Write("key", System.Text.Encoding.ASCII.GetBytes(key.ExportEncryptedPkcs8PrivateKeyPem(
            Password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000))));
    }

    /// <summary>Whether a key of the ring is encrypted for it.</summary>
    public bool IsRecipientOf(string xml) => xml.Contains(Convert.ToBase64String(_certificate.RawData), StringComparison.Ordinal);

    public void Dispose() => _certificate.Dispose();

    private string Write(string kind, byte[] bytes)
    {
        var path = Path.Combine(_folder, $"{Thumbprint[..8]}.{kind}");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
